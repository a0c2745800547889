#include "model/field_path.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace r2i {

std::string to_text(const FieldPath& path) {
  std::string text;
  for (const PathStep& step : path) {
    switch (step.kind) {
      case PathStep::Kind::field:
        if (!text.empty()) text += '.';
        text += clean_text(step.key);
        break;
      case PathStep::Kind::entry:
        text += fmt::format("[{}]", clean_text(step.key));
        break;
      case PathStep::Kind::item:
        text += fmt::format("[{}]", step.index);
        break;
    }
  }
  return text;
}

FieldPath At::path() const {
  FieldPath path;
  for (const At* at = this; at->parent_ != nullptr; at = at->parent_) {
    path.push_back({at->kind_, std::string(at->key_), at->index_});
  }
  std::ranges::reverse(path);
  return path;
}

}  // namespace r2i
