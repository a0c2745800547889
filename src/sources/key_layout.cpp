#include "sources/key_layout.hpp"

#include "base/text.hpp"
#include "sources/key_layout_presets.hpp"
#include "sources/key_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace r2i::sources {

namespace {

using Fault = tl::unexpected<LayoutFault>;

const LayoutPreset* find_preset(std::string_view name) {
  const auto found = std::ranges::find(layout_presets(), name, &LayoutPreset::name);
  return found == layout_presets().end() ? nullptr : &*found;
}

const std::vector<std::string>* find_texts(const LayoutTexts& texts, std::string_view setting) {
  const auto found = texts.find(setting);
  return found == texts.end() || found->second.empty() ? nullptr : &found->second;
}

/// The name of `NAME=PATH`, if there is one.
std::string_view name_before_path(std::string_view text) {
  const auto equals = text.find('=');
  return equals == std::string_view::npos ? std::string_view() : trim(text.substr(0, equals));
}

}  // namespace

std::vector<std::string> KeyLayout::names() {
  std::vector<std::string> names;
  for (const LayoutPreset& preset : layout_presets()) names.emplace_back(preset.name);
  return names;
}

std::string_view KeyLayout::usual_root(std::string_view name) {
  const LayoutPreset* preset = find_preset(name);
  return preset == nullptr ? std::string_view() : preset->usual_root;
}

tl::expected<KeyLayout, LayoutFault> KeyLayout::make(std::string_view name, const LayoutTexts& own) {
  const LayoutPreset* preset = find_preset(name);
  if (preset == nullptr) {
    return Fault({"layout", fmt::format("expected one of {}, got {}{}", join(names(), ", "), in_quotes(name),
                                        did_you_mean(name, names()))});
  }
  LayoutTexts texts;
  for (const LayoutRow& row : preset->rows)
    texts[std::string(row.setting)] =
        row.setting == "key" ? std::vector<std::string>{std::string(row.text)} : split(row.text, ',');
  for (const auto& [setting, given] : own) {
    if (!given.empty()) texts[setting] = given;
  }
  KeyLayout layout;
  layout.name_ = name;
  layout.zero_weight_unset_ = preset->zero_weight_unset;
  layout.address_optional_ = preset->address_optional;
  if (auto compiled = layout.compile(texts); !compiled) return Fault(compiled.error());
  return layout;
}

tl::expected<void, LayoutFault> KeyLayout::compile(const LayoutTexts& texts) {
  const auto* key = find_texts(texts, "key");
  if (key == nullptr) return Fault({"key", "the layout needs a pattern of its keys, as in {service}/{id}"});
  auto pattern = KeyPattern::parse(key->front());
  if (!pattern) return Fault({"key", pattern.error()});
  key_ = std::move(*pattern);
  reversed_ = key_.text().find(":reversed}") != std::string::npos;

  struct Row {
    std::string_view setting;
    std::string_view part;  ///< of the key, which it is where the setting is not given
    std::optional<ValuePath>* path;
  };
  const std::array<Row, 12> rows = {{{"groupFrom", "group", &group_},
                                     {"instancesFrom", "", &instances_},
                                     {"idFrom", "id", &id_},
                                     {"addressFrom", "address", &address_},
                                     {"portFrom", "port", &port_},
                                     {"protocolFrom", "protocol", &protocol_},
                                     {"tagsFrom", "", &tags_},
                                     {"weightFrom", "weight", &weight_},
                                     {"healthFrom", "health", &health_},
                                     {"enabledFrom", "", &enabled_},
                                     {"disabledFrom", "", &disabled_},
                                     {"localityFrom", "", &locality_}}};
  const auto add = [&](std::string_view setting, std::string_view text) -> tl::expected<ValuePath, LayoutFault> {
    auto path = ValuePath::parse(text);
    if (!path) return Fault({std::string(setting), path.error()});
    if (auto checked = check_parts(std::string(setting), *path); !checked) return Fault(checked.error());
    note_need(*path);
    return std::move(*path);
  };
  for (const Row& row : rows) {
    const auto* given = find_texts(texts, row.setting);
    if (given == nullptr && (row.part.empty() || !key_.names(row.part))) continue;
    auto path = add(row.setting, given == nullptr ? fmt::format("{{{}}}", row.part) : given->front());
    if (!path) return Fault(path.error());
    *row.path = std::move(*path);
  }
  std::vector<std::string> service;
  if (const auto* given = find_texts(texts, "serviceFrom")) {
    service = *given;
  } else if (key_.names("service")) {
    service = {"{service}"};
  }
  for (const std::string& text : service) {
    auto path = add("serviceFrom", text);
    if (!path) return Fault(path.error());
    service_.push_back(std::move(*path));
  }
  if (!address_) return Fault({"addressFrom", "the layout must say where an instance's address stands"});
  const std::string_view last = key_.last_part();
  folder_is_service_ = !last.empty() && std::ranges::all_of(service_, [&](const ValuePath& path) {
    return !path.part().empty() && path.part() != last && !path.parameter();
  });
  const auto* metadata = find_texts(texts, "metadataFrom");
  return metadata == nullptr ? tl::expected<void, LayoutFault>{} : compile_metadata(*metadata);
}

void KeyLayout::note_need(const ValuePath& path) {
  needs_json_ = needs_json_ || path.needs_json();
  needs_value_ = needs_value_ || path.part().empty();
}

tl::expected<void, LayoutFault> KeyLayout::compile_metadata(const std::vector<std::string>& texts) {
  for (const std::string& text : texts) {
    const std::string_view name = name_before_path(text);
    const auto start = name.empty() ? 0 : text.find('=') + 1;
    auto path = ValuePath::parse(std::string_view(text).substr(start));
    if (!path) return Fault({"metadataFrom", path.error()});
    if (auto checked = check_parts("metadataFrom", *path); !checked) return checked;
    note_need(*path);
    metadata_.push_back({std::string(name), std::move(*path)});
  }
  return {};
}

tl::expected<void, LayoutFault> KeyLayout::check_parts(const std::string& setting, const ValuePath& path) const {
  if (path.part().empty() || key_.names(path.part())) return {};
  return Fault({setting, fmt::format("the pattern of the keys, {}, has no {{{}}}", key_.text(), path.part())});
}

bool KeyLayout::service_is_in_value() const {
  return std::ranges::any_of(service_, [](const ValuePath& path) { return path.part().empty(); });
}

std::optional<KeyReading> KeyLayout::owner(std::string_view key, FlatJson& tree) const {
  return KeyReader(*this, {}, tree).owner(key);
}

KeyReading KeyLayout::read(std::string_view key, std::string value, FlatJson& tree) const {
  return KeyReader(*this, std::move(value), tree).read(key);
}

}  // namespace r2i::sources
