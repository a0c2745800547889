#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace r2i {

/// Globs (`*`, `?`, `[…]`, `[!…]`, `\` before a character) compiled into one automaton. A glob matches the whole name.
class GlobSet {
 public:
  /// Throws Error{usage} if a glob is malformed.
  explicit GlobSet(const std::vector<std::string>& globs);
  GlobSet(GlobSet&&) noexcept;
  GlobSet& operator=(GlobSet&&) noexcept;
  ~GlobSet();

  [[nodiscard]] bool empty() const;
  /// Whether one of the globs matches.
  [[nodiscard]] bool matches(std::string_view name) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace r2i
