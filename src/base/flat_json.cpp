#include "base/flat_json.hpp"

#include <fmt/format.h>

namespace r2i {

namespace {

using Type = JsonCursor::Type;

/// A number as it stands in the text: 1.10 stays 1.10.
std::string_view written_number(std::string_view text, std::size_t offset) {
  const std::string_view from_here = text.substr(offset);
  return from_here.substr(0, from_here.find_first_not_of("+-.0123456789eE"));
}

}  // namespace

std::optional<std::string> FlatJson::read(std::string& text) {
  nodes_.clear();
  if (cursor_.open(text)) add(text, {});
  if (cursor_.finish()) return std::nullopt;
  nodes_.clear();
  return fmt::format("{} (byte {})", cursor_.fault()->message, cursor_.fault()->offset);
}

void FlatJson::add(std::string_view text, std::string_view key) {
  const std::size_t number = nodes_.size();
  nodes_.push_back({cursor_.type(), key, {}, number + 1});
  switch (nodes_[number].type) {
    case Type::object:
      if (cursor_.enter_object()) {
        while (const auto inner = cursor_.next_key()) add(text, *inner);
      }
      break;
    case Type::list:
      if (cursor_.enter_list()) {
        while (cursor_.next_item()) add(text, {});
      }
      break;
    case Type::string:
      nodes_[number].text = cursor_.string();
      break;
    case Type::number:
      cursor_.number();
      nodes_[number].text = written_number(text, cursor_.offset());
      break;
    case Type::boolean:
      nodes_[number].text = cursor_.boolean() ? "true" : "false";
      break;
    case Type::null:
      cursor_.skip();
      break;
  }
  nodes_[number].next = nodes_.size();
}

std::optional<std::size_t> FlatJson::member(std::size_t number, std::string_view name) const {
  const Node& object = nodes_[number];
  std::optional<std::size_t> found;
  if (object.type != Type::object) return found;
  for (std::size_t at = number + 1; at < object.next; at = nodes_[at].next) {
    if (nodes_[at].key == name) found = at;
  }
  return found;
}

std::optional<std::size_t> FlatJson::item(std::size_t number, std::size_t position) const {
  const Node& list = nodes_[number];
  if (list.type != Type::list) return std::nullopt;
  for (std::size_t at = number + 1; at < list.next; at = nodes_[at].next) {
    if (position-- == 0) return at;
  }
  return std::nullopt;
}

}  // namespace r2i
