#include "base/yaml_builder.hpp"

#include "base/json_writer.hpp"
#include "base/text.hpp"
#include "base/yaml_value.hpp"

#include <fmt/format.h>
#include <yaml-cpp/exceptions.h>

#include <algorithm>
#include <utility>

namespace r2i {

namespace {

constexpr std::size_t kMaxDepth = 200;  // less than JsonCursor's own limit
constexpr std::size_t kMostRepeated = std::size_t{16} << 20U;
constexpr std::string_view kTagPrefix = "tag:yaml.org,2002:";

LineColumn place_of(const YAML::Mark& mark) {
  return {static_cast<std::size_t>(std::max(mark.line, 0)) + 1, static_cast<std::size_t>(std::max(mark.column, 0)) + 1};
}

[[noreturn]] void refuse(const YAML::Mark& mark, const std::string& message) {
  throw YAML::ParserException(mark, message);
}

std::string quoted(std::string_view text) {
  std::string json;
  append_json_string(json, text);
  return json;
}

std::string_view name_of(YamlValue::Kind kind) {
  switch (kind) {
    case YamlValue::Kind::null:
      return "null";
    case YamlValue::Kind::boolean:
      return "bool";
    case YamlValue::Kind::number:
      return "int";
    case YamlValue::Kind::string:
    case YamlValue::Kind::not_finite:
      break;
  }
  return "";
}

/// The JSON of a scalar. The tag is "?" of a plain one, "!" of a quoted one, or what stands in the text; one that is
/// not YAML's own makes a string.
std::string scalar_json(const YAML::Mark& mark, std::string_view tag, const std::string& text) {
  const bool standard = tag.starts_with(kTagPrefix);
  if (standard) tag.remove_prefix(kTagPrefix.size());
  if (standard && tag == "binary") refuse(mark, "the tag !!binary is not supported");
  const bool typed = standard && (tag == "null" || tag == "bool" || tag == "int" || tag == "float");
  if (tag != "?" && !typed) return quoted(text);
  const YamlValue value = resolve_yaml(text);
  if (value.kind == YamlValue::Kind::not_finite) {
    refuse(mark, fmt::format("{} cannot be expressed in JSON; put it in quotes if text is meant", text));
  }
  if (typed && name_of(value.kind) != (tag == "float" ? "int" : tag)) {
    refuse(mark, fmt::format("the tag !!{} does not fit {}", tag, in_quotes(text)));
  }
  return value.kind == YamlValue::Kind::string ? quoted(text) : value.text;
}

}  // namespace

YamlDocument YamlBuilder::take() {
  YamlDocument document(std::move(json_), std::move(marks_));
  json_ = {};
  marks_ = {};
  return document;
}

void YamlBuilder::OnDocumentStart(const YAML::Mark& mark) {
  start_ = mark;
  json_.clear();
  marks_.clear();
  frames_.clear();
  anchored_.clear();
}

void YamlBuilder::OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) {
  scalar(mark, anchor, "null");
}

void YamlBuilder::OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                           const std::string& value) {
  last_scalar_ = mark;
  if (at_key() && tag == "?" && value == "<<") {
    refuse(mark, "merge keys (<<) are not supported; write out the keys that it would bring in");
  }
  scalar(mark, anchor, scalar_json(mark, tag, value));
}

void YamlBuilder::OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) {
  const auto found = anchored_.find(anchor);
  if (found == anchored_.end()) refuse(mark, "an alias stands inside of what it repeats");
  const Anchored value = found->second;
  if (at_key()) {
    if (value.height > 0) refuse(mark, "a key is a list or a map; is a \"}\" or a \"]\" missing?");
    return key(mark, 0, json_.substr(value.start, value.end - value.start));
  }
  repeated_ += value.end - value.start;
  if (repeated_ > kMostRepeated) refuse(mark, "the aliases repeat more than 16 MiB of text");
  if (frames_.size() + value.height > kMaxDepth) refuse(mark, "nested too deeply");
  begin_value(mark);
  append_alias(value);
  if (!frames_.empty()) frames_.back().height = std::max(frames_.back().height, value.height + 1);
}

void YamlBuilder::OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                                  YAML::EmitterStyle::value) {
  begin_collection(mark, anchor, false);
}

void YamlBuilder::OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                             YAML::EmitterStyle::value) {
  begin_collection(mark, anchor, true);
}

/// Writes the comma before a value, if it needs one, and notes where it stands.
void YamlBuilder::begin_value(const YAML::Mark& mark) {
  if (!frames_.empty()) {
    Frame& frame = frames_.back();
    if (!frame.is_map && !frame.is_empty) json_ += ',';
    frame.is_empty = false;
    frame.at_key = frame.is_map;
  }
  marks_.push_back({json_.size(), place_of(mark)});
}

void YamlBuilder::end_value(const Anchored& value, YAML::anchor_t anchor) {
  if (anchor != 0) anchored_[anchor] = value;
  if (!frames_.empty()) frames_.back().height = std::max(frames_.back().height, value.height + 1);
}

void YamlBuilder::scalar(const YAML::Mark& mark, YAML::anchor_t anchor, std::string_view json) {
  if (at_key()) return key(mark, anchor, json);
  begin_value(mark);
  const std::size_t start = json_.size();
  json_ += json;
  end_value({start, json_.size(), marks_.size() - 1, marks_.size(), 0}, anchor);
}

/// `json`: the scalar that the key is; one that is no string becomes its text.
void YamlBuilder::key(const YAML::Mark& mark, YAML::anchor_t anchor, std::string_view json) {
  if (json == "null") refuse(mark, "a key is missing or null");
  Frame& frame = frames_.back();
  if (!frame.is_empty) json_ += ',';
  frame.is_empty = false;
  frame.at_key = false;
  const std::size_t start = json_.size();
  marks_.push_back({start, place_of(mark)});
  json_ += json.front() == '"' ? std::string(json) : quoted(json);
  if (anchor != 0) anchored_[anchor] = {start, json_.size(), marks_.size() - 1, marks_.size(), 0};
  json_ += ':';
}

void YamlBuilder::begin_collection(const YAML::Mark& mark, YAML::anchor_t anchor, bool is_map) {
  if (at_key()) refuse(mark, "a key is a list or a map; is a \"}\" or a \"]\" missing?");
  if (frames_.size() >= kMaxDepth) refuse(mark, "nested too deeply");
  begin_value(mark);
  frames_.push_back({anchor, json_.size(), marks_.size() - 1, 1, is_map, is_map, true});
  json_ += is_map ? '{' : '[';
}

void YamlBuilder::end_collection(char bracket) {
  json_ += bracket;
  const Frame frame = frames_.back();
  frames_.pop_back();
  end_value({frame.start, json_.size(), frame.first_mark, marks_.size(), frame.height}, frame.anchor);
}

/// Repeats a value. What is inside of it keeps the places that it was written at; the value itself stands at the alias.
void YamlBuilder::append_alias(const Anchored& value) {
  const std::size_t moved_by = json_.size() - value.start;
  for (std::size_t i = value.first_mark + 1; i < value.end_mark; ++i) {
    marks_.push_back({marks_[i].offset + moved_by, marks_[i].place});
  }
  json_.append(json_, value.start, value.end - value.start);
}

}  // namespace r2i
