#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace r2i {

/// The way from an object to a value in it: `spec.endpoints[3].ports[http-80]`.
struct PathStep {
  enum class Kind {
    field,  ///< of an object: .name
    entry,  ///< of a map: [key]
    item,   ///< of a list: [3]
  };
  Kind kind = Kind::field;
  std::string key;
  std::size_t index = 0;

  friend bool operator==(const PathStep&, const PathStep&) = default;
};
using FieldPath = std::vector<PathStep>;

std::string to_text(const FieldPath& path);

/// A place in an object, made on the way down: it costs nothing until something is wrong there. Each lives no longer
/// than the one it was made of, and than the key.
class At {
 public:
  At() = default;  ///< the object itself

  [[nodiscard]] At field(std::string_view name) const { return {this, PathStep::Kind::field, name, 0}; }
  [[nodiscard]] At entry(std::string_view key) const { return {this, PathStep::Kind::entry, key, 0}; }
  [[nodiscard]] At item(std::size_t index) const { return {this, PathStep::Kind::item, {}, index}; }

  [[nodiscard]] FieldPath path() const;

 private:
  At(const At* parent, PathStep::Kind kind, std::string_view key, std::size_t index)
      : parent_(parent), kind_(kind), key_(key), index_(index) {}

  const At* parent_ = nullptr;
  PathStep::Kind kind_ = PathStep::Kind::field;
  std::string_view key_;
  std::size_t index_ = 0;
};

}  // namespace r2i
