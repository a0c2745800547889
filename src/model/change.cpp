#include "model/change.hpp"

#include <fmt/format.h>

namespace r2i {

std::string ObjectKey::display() const {
  return nspace.empty() ? fmt::format("{} {}", kind, name) : fmt::format("{} {}/{}", kind, nspace, name);
}

ObjectKey key_of(const Manifest& manifest) {
  const ObjectMeta& meta = meta_of(manifest);
  return {meta.nspace, std::string(kind_of(manifest)), meta.name};
}

std::tuple<std::string_view, std::string_view, std::string_view> order_of(const Manifest& manifest) {
  const ObjectMeta& meta = meta_of(manifest);
  return {meta.nspace, kind_of(manifest), meta.name};
}

std::string_view to_string(Action action) {
  switch (action) {
    case Action::create:
      return "create";
    case Action::update:
      return "update";
    case Action::empty:
      return "empty";
    case Action::remove:
      return "delete";
  }
  return "";
}

}  // namespace r2i
