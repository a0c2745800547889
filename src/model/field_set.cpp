#include "model/field_set.hpp"

#include "base/order.hpp"

#include <algorithm>
#include <utility>

namespace r2i {

namespace {

/// Adds a key of FieldsV1 as a step of a path: `f:name` → `.name`, `k:{"name":"http"}` → `[name="http"]`. The lists of
/// Istio's objects have no other keys than `name`; what else there may be keeps its JSON.
void add_step(std::string& path, std::string_view key) {
  constexpr std::string_view kByName = "k:{\"name\":";
  if (key.starts_with("f:")) {
    path.append(".").append(key.substr(2));
  } else if (key.starts_with(kByName) && key.ends_with('}')) {
    path.append("[name=").append(key.substr(kByName.size(), key.size() - kByName.size() - 1)).append("]");
  } else {
    path.append("[").append(key.substr(std::min<std::size_t>(key.size(), 2))).append("]");
  }
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
    reader_.members([&](std::string_view key) {
      if (key == ".") return;
      leaf = false;
      add_step(path_, key);
      walk();
      path_.resize(length);
    });
    if (leaf && !path_.empty()) paths_.push_back(path_);
  }

  DocumentReader& reader_;
  std::string path_;
  std::vector<std::string> paths_;
};

}  // namespace

FieldSet::FieldSet(std::vector<std::string> paths) {
  bring_in_order(paths);
  const auto twins = std::ranges::unique(paths);
  paths.erase(twins.begin(), twins.end());
  paths_ = std::make_shared<const std::vector<std::string>>(std::move(paths));
}

const std::vector<std::string>& FieldSet::paths() const noexcept {
  if (paths_) return *paths_;
  static const std::vector<std::string> kNone;
  return kNone;
}

bool FieldSet::contains(std::string_view path) const {
  return std::ranges::binary_search(paths(), path, {}, [](const std::string& p) { return std::string_view(p); });
}

FieldSet read_field_set(DocumentReader& reader) {
  return FieldSet(FieldReader(reader).read());
}

}  // namespace r2i
