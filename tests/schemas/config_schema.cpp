// Prints the JSON Schema of a configuration file, made of the tables that its reader goes by.

#include "base/text.hpp"
#include "config/keys.hpp"
#include "model/settings.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace r2i;
using Json = nlohmann::ordered_json;

Json closed(Json properties) {
  return {{"type", "object"}, {"additionalProperties", false}, {"properties", std::move(properties)}};
}

Json reference(std::string_view name) {
  return {{"$ref", fmt::format("#/$defs/{}", name)}};
}

/// One of the items, or a list of them.
Json one_or_many(const Json& item) {
  return {{"anyOf", {item, {{"type", "array"}, {"items", item}}}}};
}

Json choice(std::string_view choices) {
  return {{"enum", split(choices, '|')}};
}

Json value_of(const SettingInfo& info) {
  switch (shape_of(info)) {
    case Shape::boolean:
      return {{"type", "boolean"}};
    case Shape::choice:
      return choice(info.choices);
    case Shape::number:
      return {{"type", "number"}, {"minimum", 0}};
    case Shape::duration:
      return reference("duration");
    case Shape::list:
      return one_or_many(info.key == "servicePorts" ? Json{{"type", {"string", "integer"}}} : Json{{"type", "string"}});
    case Shape::map:
      return {{"type", "object"}, {"additionalProperties", {{"type", "string"}}}};
    case Shape::text:
      return {{"type", "string"}};
  }
  return {};
}

std::string description(std::string_view doc, std::string_view fallback) {
  return fallback.empty() ? std::string(doc) : fmt::format("{} Default: {}.", doc, fallback);
}

Json setting(std::string_view key) {
  const SettingInfo& info = setting_info(key);
  Json schema = value_of(info);
  if (may_come_from_metadata(info)) schema = {{"anyOf", {schema, reference("fromMetadata")}}};
  schema["description"] = description(info.doc, info.fallback);
  return schema;
}

template <typename Keys>
Json settings(const Keys& keys) {
  std::vector<std::string_view> sorted(keys.begin(), keys.end());
  std::ranges::sort(sorted);
  Json properties = Json::object();
  for (const std::string_view key : sorted) properties[std::string(key)] = setting(key);
  return closed(std::move(properties));
}

/// A value of a source's setting may be a variable of the environment, whatever its type.
Json source_value(std::string_view type) {
  if (type == "secret") return {{"type", "string"}, {"pattern", R"(^\$\{[A-Za-z_][A-Za-z0-9_]*\}$)"}};
  if (type == "boolean") return {{"anyOf", {{{"type", "boolean"}}, reference("variable")}}};
  if (type == "count") return {{"anyOf", {{{"type", "integer"}, {"minimum", 0}}, {{"type", "string"}}}}};
  if (type == "duration") return {{"anyOf", {reference("duration"), reference("variable")}}};
  if (type == "list") return one_or_many({{"type", {"string", "number"}}});
  if (type.find('|') != std::string_view::npos) return {{"anyOf", {choice(type), reference("variable")}}};
  return {{"type", {"string", "number"}}};
}

constexpr std::string_view kExpect = "expect.";

/// What a source of a kind may have; the empty kind: what every source may have.
Json source_properties(std::string_view kind) {
  Json properties = {{"name", {{"type", "string"}}},
                     {"kind", {{"type", "string"}}},
                     {"address", {{"type", "string"}, {"description", "The address of the registry."}}},
                     {"addresses", one_or_many({{"type", "string"}})},
                     {"defaults", reference("settings")},
                     {"expect", reference("expect")}};
  for (const SourceSettingInfo& info : all_source_settings()) {
    const bool fits = kind.empty() ? info.kind.empty() : applies_to(info, kind);
    if (!fits || info.key.starts_with(kExpect) || info.key == "name") continue;
    Json schema = source_value(info.type);
    schema["description"] = description(info.doc, info.fallback);
    properties[std::string(info.key)] = std::move(schema);
  }
  return properties;
}

Json source() {
  const std::vector<std::string> kinds = config::kinds_of_sources();
  Json by_kind = Json::array();
  for (const std::string& kind : kinds) {
    by_kind.push_back({{"if", {{"properties", {{"kind", {{"const", kind}}}}}, {"required", {"kind"}}}},
                       {"then", closed(source_properties(kind))}});
  }
  return {{"type", "object"},
          {"properties", {{"kind", {{"enum", kinds}}}, {"name", {{"type", "string"}}}}},
          {"anyOf", {{{"required", {"kind"}}}, {{"required", {"name"}}}}},
          {"allOf", by_kind}};
}

Json expectations() {
  Json properties = Json::object();
  for (const std::string_view key : config::expect_keys()) {
    const auto& all = all_source_settings();
    const auto info = std::ranges::find(all, fmt::format("{}{}", kExpect, key), &SourceSettingInfo::key);
    properties[std::string(key)] = source_value(info->type);
    properties[std::string(key)]["description"] = description(info->doc, info->fallback);
  }
  return closed(std::move(properties));
}

Json match() {
  Json properties = Json::object();
  const Json patterns = one_or_many({{"type", "string"}});
  for (const std::string_view key : config::match_keys()) properties[std::string(key)] = patterns;
  properties["port"] = one_or_many({{"type", {"string", "integer"}}});
  properties["metadata"] = {{"type", "object"}, {"additionalProperties", patterns}};
  return closed(std::move(properties));
}

Json rule() {
  Json properties = Json::object();
  for (const std::string_view key : config::rule_keys()) properties[std::string(key)] = {{"type", "string"}};
  properties["match"] = reference("match");
  properties["set"] = reference("settings");
  Json schema = closed(std::move(properties));
  schema["required"] = {"name"};
  return schema;
}

Json root() {
  const Json patterns = one_or_many({{"type", "string"}});
  Json properties = Json::object();
  for (const std::string_view key : config::root_keys()) properties[std::string(key)] = patterns;  // include, exclude
  properties["apiVersion"] = {{"const", "registry2istio.io/v1"}};
  properties["kind"] = {{"const", "Config"}};
  properties["sources"] = {{"type", "array"}, {"items", reference("source")}};
  properties["defaults"] = reference("settings");
  properties["rules"] = {{"type", "array"}, {"items", reference("rule")}};
  properties["output"] = reference("output");
  Json schema = {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                 {"title", "Configuration of registry2istio"}};
  schema.update(closed(std::move(properties)));
  schema["required"] = {"apiVersion", "kind"};
  return schema;
}

}  // namespace

int main() {
  Json schema = root();
  schema["$defs"] = {
      {"duration", {{"type", "string"}, {"pattern", R"(^(0|([0-9.]+(ms|s|m|h|d))+|.*\$\{.*)$)"}}},
      {"expect", expectations()},
      {"fromMetadata",
       {{"type", "object"},
        {"additionalProperties", false},
        {"required", {"fromMetadata"}},
        {"properties", {{"fromMetadata", {{"type", "string"}, {"minLength", 1}}}}}}},
      {"match", match()},
      {"output", settings(config::output_keys())},
      {"rule", rule()},
      {"settings", settings(config::conversion_keys())},
      {"source", source()},
      {"variable", {{"type", "string"}, {"pattern", R"(\$\{)"}}},
  };
  std::puts(schema.dump(2).c_str());
  return 0;
}
