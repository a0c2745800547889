#include "model/field_set.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace r2i {

namespace {

/// A key of FieldsV1 as a step of a path: `f:name` → `.name`, `k:{"name":"http"}` → `[name="http"]`. The lists of
/// Istio's objects have no other keys than `name`; what else there may be keeps its JSON.
std::string step_of(std::string_view key) {
  constexpr std::string_view kByName = "k:{\"name\":";
  if (key.starts_with("f:")) return fmt::format(".{}", key.substr(2));
  if (key.starts_with(kByName) && key.ends_with('}')) {
    return fmt::format("[name={}]", key.substr(kByName.size(), key.size() - kByName.size() - 1));
  }
  return fmt::format("[{}]", key.substr(std::min<std::size_t>(key.size(), 2)));
}

class FieldReader {
 public:
  explicit FieldReader(DocumentReader& reader) : reader_(reader) {}

  std::vector<std::string> read() {
    walk();
    return std::move(paths_);
  }

 private:
  /// Adds the leaves of the value that the reader stands on.
  void walk() {
    bool leaf = true;
    const std::size_t length = path_.size();
    reader_.object({}, [&](std::string_view key) {
      if (key == ".") return false;
      leaf = false;
      path_ += step_of(key);
      walk();
      path_.resize(length);
      return true;
    });
    if (leaf && !path_.empty()) paths_.push_back(path_);
  }

  DocumentReader& reader_;
  std::string path_;
  std::vector<std::string> paths_;
};

}  // namespace

FieldSet::FieldSet(std::vector<std::string> paths) : paths_(std::move(paths)) {
  std::ranges::sort(paths_);
  const auto twins = std::ranges::unique(paths_);
  paths_.erase(twins.begin(), twins.end());
}

bool FieldSet::contains(std::string_view path) const {
  return std::ranges::binary_search(paths_, path, {}, [](const std::string& p) { return std::string_view(p); });
}

FieldSet read_field_set(DocumentReader& reader) {
  return FieldSet(FieldReader(reader).read());
}

}  // namespace r2i
