#pragma once

#include <string>
#include <utility>

namespace r2i {

/// A value that must not be printed, logged or stored. It has no conversion to text: `reveal()` is what a reviewer
/// looks for.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}

  [[nodiscard]] const std::string& reveal() const noexcept { return value_; }
  [[nodiscard]] bool empty() const noexcept { return value_.empty(); }
  friend bool operator==(const Secret&, const Secret&) = default;

 private:
  std::string value_;
};

}  // namespace r2i
