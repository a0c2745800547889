#include "sources/key_texts.hpp"

#include "base/text.hpp"
#include "model/service.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace r2i::sources {

namespace {

using Type = JsonCursor::Type;

}  // namespace

bool is_scalar(const FlatJson::Node& node) {
  return node.type == Type::string || node.type == Type::number || node.type == Type::boolean;
}

void flatten(const FlatJson& tree, std::size_t node, const std::string& name,
             std::map<std::string, std::string>& metadata) {
  const auto& from = tree.node(node);
  if (is_scalar(from)) {
    metadata[name] = std::string(from.text);
    return;
  }
  std::size_t position = 0;
  for (std::size_t inner = node + 1; inner < from.next; inner = tree.node(inner).next, ++position) {
    const std::string own = from.type == Type::object ? std::string(tree.node(inner).key) : fmt::format("{}", position);
    flatten(tree, inner, name.empty() ? own : fmt::format("{}.{}", name, own), metadata);
  }
}

std::optional<std::string> KeyTexts::read_json() {
  is_json_ = true;
  auto wrong = tree_.read(value_);
  repaired_ = !wrong && tree_.repaired();
  return wrong;
}

void KeyTexts::read_text() {
  std::string clean = valid_utf8(value_);
  repaired_ = clean != value_;
  value_ = std::move(clean);
}

bool KeyTexts::is_text(const ValuePath& path) const {
  return path.is_whole_value() && !is_json_;
}

std::vector<std::string> KeyTexts::written(const ValuePath& path, std::size_t item) const {
  std::vector<std::string> found;
  if (!path.part().empty()) {
    found.emplace_back(part_of(parts_, path.part()));
  } else if (is_text(path)) {
    found.emplace_back(trim(value_));
  } else {
    for (const std::size_t number : path.nodes(tree_, item)) {
      const auto& node = tree_.node(number);
      if (is_scalar(node)) found.emplace_back(node.text);
      if (node.type != Type::list) continue;
      for (std::size_t inner = number + 1; inner < node.next; inner = tree_.node(inner).next) {
        if (is_scalar(tree_.node(inner))) found.emplace_back(tree_.node(inner).text);
      }
    }
  }
  return found;
}

std::vector<std::string> KeyTexts::all(const ValuePath& path, std::size_t item) {
  auto found = written(path, item);
  if (path.parameter()) {
    for (std::string& text : found)
      text = std::string(find_value(endpoint(text).parameters, *path.parameter()).value_or(std::string_view()));
  }
  return found;
}

std::optional<std::string> KeyTexts::first(const std::optional<ValuePath>& path, std::size_t item) {
  if (!path) return std::nullopt;
  auto found = all(*path, item);
  if (found.empty() || found.front().empty()) return std::nullopt;
  return std::move(found.front());
}

bool KeyTexts::is_empty_list(const ValuePath& path, std::size_t item) const {
  const auto found = path.nodes(tree_, item);
  return !found.empty() && std::ranges::all_of(found, [&](std::size_t number) {
    const auto& node = tree_.node(number);
    return node.type == Type::null || (node.type == Type::list && node.next == number + 1);
  });
}

const EndpointText& KeyTexts::endpoint(const std::string& url) {
  if (url != url_) {
    url_ = url;
    endpoint_ = read_endpoint(url).value_or(EndpointText{});
  }
  return endpoint_;
}

void KeyTexts::add_metadata(const std::string& name, const ValuePath& path, std::size_t item, Metadata& metadata) {
  if (path.parameter() && path.parameter()->empty()) {
    for (const std::string& url : written(path, item)) {
      for (const auto& [key, value] : endpoint(url).parameters) metadata[key] = value;
    }
  } else if (!path.part().empty() || path.parameter() || is_text(path)) {
    for (std::string& value : all(path, item)) {
      if (!value.empty()) metadata[name.empty() ? path.name() : name] = std::move(value);
    }
  } else {
    for (const std::size_t node : path.nodes(tree_, item)) {
      const auto& from_here = tree_.node(node);
      if (name.empty() && from_here.type == Type::object) {
        flatten(tree_, node, "", metadata);
      } else if (!is_scalar(from_here) || !from_here.text.empty()) {
        flatten(tree_, node, name.empty() ? path.name() : name, metadata);
      }
    }
  }
}

}  // namespace r2i::sources
