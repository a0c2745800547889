#include "sources/key_texts.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <utility>

namespace r2i::sources {

namespace {

using Type = JsonCursor::Type;

}  // namespace

bool is_scalar(const FlatJson::Node& node) {
  return node.type == Type::string || node.type == Type::number || node.type == Type::boolean;
}

void flatten(const FlatJson& tree, std::size_t node, std::string name, Pairs& metadata) {
  const auto& from = tree.node(node);
  if (is_scalar(from)) {
    metadata.emplace_back(std::move(name), from.text);
    return;
  }
  metadata.reserve(metadata.size() + from.next - node - 1);
  std::size_t position = 0;
  for (std::size_t inner = node + 1; inner < from.next; inner = tree.node(inner).next, ++position) {
    if (name.empty() && from.type == Type::object && is_scalar(tree.node(inner))) {
      metadata.emplace_back(tree.node(inner).key, tree.node(inner).text);
      continue;
    }
    std::string own = from.type == Type::object ? std::string(tree.node(inner).key) : fmt::format("{}", position);
    flatten(tree, inner, name.empty() ? std::move(own) : fmt::format("{}.{}", name, own), metadata);
  }
}

void one_of_each(Pairs& metadata) {
  std::vector<Pairs::value_type*> order;  // which is sorted with less work than what it points to
  order.reserve(metadata.size());
  for (auto& pair : metadata) order.push_back(&pair);
  std::ranges::sort(order, [](const auto* a, const auto* b) {
    const int names = a->first.compare(b->first);
    return names != 0 ? names < 0 : a < b;
  });
  Pairs sorted;
  sorted.reserve(metadata.size());
  for (auto* pair : order) {
    if (sorted.empty() || sorted.back().first != pair->first) {
      sorted.push_back(std::move(*pair));
    } else {
      sorted.back().second = std::move(pair->second);
    }
  }
  metadata = std::move(sorted);
}

std::optional<std::string> KeyTexts::read_json() {
  is_json_ = true;
  auto wrong = tree_.read(value_);
  repaired_ = !wrong && tree_.repaired();
  return wrong;
}

void KeyTexts::read_text() {
  repaired_ = !is_utf8(value_);
  if (repaired_) value_ = valid_utf8(value_);
}

bool KeyTexts::is_text(const ValuePath& path) const {
  return path.is_whole_value() && !is_json_;
}

template <typename Visit>
void KeyTexts::each_written(const ValuePath& path, std::size_t item, Visit visit) const {
  if (!path.part().empty()) {
    visit(part_of(parts_, path.part()));
  } else if (is_text(path)) {
    visit(trim(value_));
  } else {
    path.each_node(tree_, item, [&](std::size_t number) {
      const auto& node = tree_.node(number);
      if (is_scalar(node)) return visit(node.text);
      bool goes_on = true;
      if (node.type != Type::list) return goes_on;
      for (std::size_t inner = number + 1; goes_on && inner < node.next; inner = tree_.node(inner).next) {
        if (is_scalar(tree_.node(inner))) goes_on = visit(tree_.node(inner).text);
      }
      return goes_on;
    });
  }
}

template <typename Visit>
void KeyTexts::each_text(const ValuePath& path, std::size_t item, Visit visit) {
  if (!path.parameter()) return each_written(path, item, visit);
  each_written(path, item, [&](std::string_view url) {
    return visit(find_value(endpoint(url).parameters, *path.parameter()).value_or(std::string_view()));
  });
}

std::vector<std::string> KeyTexts::all(const ValuePath& path, std::size_t item) {
  std::vector<std::string> found;
  each_text(path, item, [&](std::string_view text) {
    found.emplace_back(text);
    return true;
  });
  return found;
}

std::optional<std::string> KeyTexts::first(const ValuePath& path, std::size_t item) {
  std::optional<std::string> found;
  each_text(path, item, [&](std::string_view text) {
    if (!text.empty()) found = text;
    return false;
  });
  return found;
}

bool KeyTexts::is_empty_list(const ValuePath& path, std::size_t item) const {
  bool any = false;
  bool all_empty = true;
  path.each_node(tree_, item, [&](std::size_t number) {
    const auto& node = tree_.node(number);
    any = true;
    all_empty = node.type == Type::null || (node.type == Type::list && node.next == number + 1);
    return all_empty;
  });
  return any && all_empty;
}

const EndpointText& KeyTexts::endpoint(std::string_view url) {
  if (url != url_) {
    url_ = url;
    endpoint_ = read_endpoint(url).value_or(EndpointText{});
  }
  return endpoint_;
}

void KeyTexts::add_metadata(const std::string& name, const ValuePath& path, std::size_t item, Pairs& metadata) {
  if (path.parameter() && path.parameter()->empty()) {
    each_written(path, item, [&](std::string_view url) {
      for (const auto& [key, value] : endpoint(url).parameters) metadata.emplace_back(key, value);
      return true;
    });
  } else if (!path.part().empty() || path.parameter() || is_text(path)) {
    each_text(path, item, [&](std::string_view value) {
      if (!value.empty()) metadata.emplace_back(name.empty() ? path.name() : name, value);
      return true;
    });
  } else {
    path.each_node(tree_, item, [&](std::size_t node) {
      const auto& from_here = tree_.node(node);
      if (name.empty() && from_here.type == Type::object) {
        flatten(tree_, node, "", metadata);
      } else if (!is_scalar(from_here) || !from_here.text.empty()) {
        flatten(tree_, node, name.empty() ? path.name() : name, metadata);
      }
      return true;
    });
  }
}

}  // namespace r2i::sources
