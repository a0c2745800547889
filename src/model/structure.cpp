#include "model/structure.hpp"

#include "base/text.hpp"
#include "base/timestamp.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <unordered_set>
#include <utility>

namespace r2i {

namespace {

using schema::Field;
using schema::Shape;
using Kind = Shape::Kind;
using Type = JsonCursor::Type;

std::string_view name_of(Kind kind) {
  switch (kind) {
    case Kind::object:
    case Kind::map:
      return "an object";
    case Kind::list:
      return "a list";
    case Kind::string:
    case Kind::choice:
    case Kind::time:
      return "a string";
    case Kind::number:
    case Kind::whole:
      return "a whole number";
    case Kind::whole_or_string:
      return "a whole number or a string";
    case Kind::boolean:
      return "true or false";
    case Kind::anything:
      break;
  }
  return "a value";
}

bool is_of_kind(Type type, Kind kind) {
  switch (kind) {
    case Kind::object:
    case Kind::map:
      return type == Type::object;
    case Kind::list:
      return type == Type::list;
    case Kind::string:
    case Kind::choice:
    case Kind::time:
      return type == Type::string;
    case Kind::number:
    case Kind::whole:
      return type == Type::number;
    case Kind::whole_or_string:
      return type == Type::number || type == Type::string;
    case Kind::boolean:
      return type == Type::boolean;
    case Kind::anything:
      break;
  }
  return true;
}

/// What somebody who wrote the one type and needs the other should do.
std::string_view remedy(Type type, Kind kind) {
  const std::string_view wanted = name_of(kind);
  if (wanted == "a string" && (type == Type::number || type == Type::boolean)) return ": put it in quotes";
  if (wanted == "a whole number" && type == Type::string) return ": leave the quotes out";
  if (wanted == "a list" && type != Type::object) return ": write it as an item, behind \"- \"";
  return "";
}

class Walk {
 public:
  void value(const JsonTree& tree, const Shape& shape, const At& at) {
    if (tree.is(Type::null)) {
      if (!shape.nullable) misread(at, "null is no value: give one, or leave the key out");
    } else if (!is_of_kind(tree.type, shape.kind)) {
      misread(at, "expected {}, got {}{}", name_of(shape.kind), describe_type(tree.type),
              remedy(tree.type, shape.kind));
    } else if (shape.kind == Kind::object) {
      object(tree, shape, at);
    } else if (shape.kind == Kind::map) {
      map(tree, shape, at);
    } else if (shape.kind == Kind::list) {
      for (std::size_t i = 0; i < tree.items.size(); ++i) value(tree.items[i], *shape.item, at.item(i));
    } else if (shape.kind == Kind::choice) {
      choice(tree, shape, at);
    } else if (shape.kind == Kind::number || shape.kind == Kind::whole) {
      number(tree, shape, at);
    } else if (shape.kind == Kind::time && !parse_timestamp(tree.text)) {
      misread(at, "{} is no time, as in \"2024-12-31T23:59:59Z\"", in_quotes(tree.text));
    }
  }

  Structure take() { return std::move(structure_); }

 private:
  template <typename... Args>
  void misread(const At& at, fmt::format_string<Args...> format, Args&&... args) {
    structure_.misread.push_back({at.path(), fmt::format(format, std::forward<Args>(args)...)});
  }
  void strange(const At& at, std::string message) { structure_.strange.push_back({at.path(), std::move(message)}); }

  void object(const JsonTree& tree, const Shape& shape, const At& at) {
    std::unordered_set<std::string_view> seen;
    for (const auto& [key, below] : tree.fields) {
      const auto field = std::ranges::find(shape.fields, key, &Field::name);
      const bool known = field != shape.fields.end();
      if (!seen.insert(key).second) strange(at.field(key), "the key comes twice: remove one");
      if (known) value(below, *field->shape, at.field(key));
      if (!known && !shape.open) strange(at.field(key), "unknown field" + suggestion(shape, key));
    }
    for (const Field& field : shape.fields) {
      if (field.required && !seen.contains(field.name)) misread(at.field(field.name), "is required");
    }
  }

  static std::string suggestion(const Shape& shape, std::string_view key) {
    std::vector<std::string> names;
    for (const Field& field : shape.fields) names.emplace_back(field.name);
    return did_you_mean(key, names);
  }

  void map(const JsonTree& tree, const Shape& shape, const At& at) {
    std::unordered_set<std::string_view> seen;
    for (const auto& [key, below] : tree.fields) {
      if (!seen.insert(key).second) strange(at.entry(key), "the key comes twice: remove one");
      value(below, *shape.item, at.entry(key));
    }
  }

  void choice(const JsonTree& tree, const Shape& shape, const At& at) {
    if (std::ranges::find(shape.choices, tree.text) != shape.choices.end()) return;
    const std::vector<std::string> choices(shape.choices.begin(), shape.choices.end());
    misread(at, "{} is none of {}{}", in_quotes(tree.text), join(choices, ", "), did_you_mean(tree.text, choices));
  }

  void number(const JsonTree& tree, const Shape& shape, const At& at) {
    constexpr std::uint32_t kMost = std::numeric_limits<std::uint32_t>::max();
    if (std::trunc(tree.number) != tree.number) {
      misread(at, "expected a whole number, got {}", tree.number);
    } else if (shape.kind == Kind::number && (tree.number < 0 || tree.number > kMost)) {
      misread(at, "expected a number from 0 to {}, got {}", kMost, tree.number);
    }
  }

  Structure structure_;
};

bool is_empty_map(const JsonTree* tree) {
  return tree != nullptr && tree->fields.empty();
}

}  // namespace

Structure check_structure(const JsonTree& object, const Shape& shape) {
  Walk walk;
  walk.value(object, shape, At());
  return walk.take();
}

Written read_written(const JsonTree& object) {
  Written written;
  const JsonTree* spec = object.find("spec", Type::object);
  if (spec == nullptr) return written;
  if (is_empty_map(spec->find("ports", Type::object))) written.empty_endpoint_ports.insert(0);
  written.workload_selector = spec->find("workloadSelector", Type::object) != nullptr;
  if (const JsonTree* endpoints = spec->find("endpoints", Type::list)) {
    written.endpoints = true;
    for (std::size_t i = 0; i < endpoints->items.size(); ++i) {
      if (is_empty_map(endpoints->items[i].find("ports", Type::object))) written.empty_endpoint_ports.insert(i);
    }
  }
  if (const JsonTree* ports = spec->find("ports", Type::list)) {
    for (std::size_t i = 0; i < ports->items.size(); ++i) {
      const JsonTree* target = ports->items[i].find("targetPort", Type::number);
      if (target != nullptr && target->number == 0) written.zero_target_ports.insert(i);
    }
  }
  return written;
}

std::size_t locate(const JsonTree& object, const FieldPath& path) {
  const JsonTree* at = &object;
  for (const PathStep& step : path) {
    const JsonTree* next = nullptr;
    if (step.kind == PathStep::Kind::item) {
      if (step.index < at->items.size()) next = &at->items[step.index];
    } else {
      const auto found = std::ranges::find(at->fields, step.key, &JsonTree::Field::key);
      if (found != at->fields.end()) next = &found->value;
    }
    if (next == nullptr) break;
    at = next;
  }
  return at->offset;
}

}  // namespace r2i
