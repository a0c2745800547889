#include "transform/explained_settings.hpp"

#include "base/text.hpp"
#include "model/setting_text.hpp"
#include "model/settings.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace r2i::transform {

namespace {

ExplainedSetting by_default(std::string_view key) {
  const SettingInfo& info = setting_info(key);
  const bool is_switch = shape_of(info) == Shape::boolean;
  return {key, is_switch ? "false" : std::string(info.fallback), "default"};
}

template <typename T>
ExplainedSetting explain_slot(std::string_view key, const Decided<T>* chosen) {
  if (chosen == nullptr) return by_default(key);
  return {key, setting_text(key, chosen->value), chosen->origin};
}

/// Of a key that several places give the last one counts.
template <typename Map>
ExplainedSetting explain_slot(std::string_view key, const std::vector<const Decided<Map>*>& chosen) {
  if (chosen.empty()) return by_default(key);
  Map all;
  std::vector<std::string> origins;
  for (const Decided<Map>* one : chosen) {
    for (const auto& [name, value] : one->value) all.insert_or_assign(name, value);
    origins.push_back(one->origin);
  }
  return {key, setting_text(key, all), join(origins, ", ")};
}

/// What convert() asks the choices of an instance for; of everything else its service's count.
bool is_of_endpoint(std::string_view key) {
  constexpr auto kKeys = std::to_array<std::string_view>({"drop", "labels", "labelKeys", "renameLabels", "weight",
                                                          "weightScale", "locality", "localityMap", "tlsMode",
                                                          "sidecarNetworks", "serviceAccount", "network"});
  return std::ranges::find(kKeys, key) != kKeys.end();
}

/// The keys of which not every instance has the same choice.
std::set<std::string_view> varying_keys(const ServiceChoices& choices) {
  std::set<std::string_view> keys;
  for (const Choices& instance : choices.instances) {
    visit_fields(instance, choices.instances.front(), [&](std::string_view key, const auto& own, const auto& first) {
      if (is_of_endpoint(key) && own != first) keys.insert(key);
    });
  }
  return keys;
}

}  // namespace

std::vector<ExplainedSetting> explain_settings(const ServiceChoices& choices) {
  const auto varying = varying_keys(choices);
  // Where all instances have the same choice, that is what holds: a rule for some of those that were taken away is not.
  const Choices& of_endpoints = choices.instances.empty() ? choices.service : choices.instances.front();
  std::vector<ExplainedSetting> settings;
  visit_fields(choices.service, of_endpoints, [&](std::string_view key, const auto& slot, const auto& of_endpoint) {
    if (varying.contains(key)) {
      settings.push_back({key, std::string(kByInstance), ""});
    } else {
      settings.push_back(explain_slot(key, is_of_endpoint(key) ? of_endpoint : slot));
    }
  });
  return settings;
}

std::vector<ExplainedSetting> explain_instance(const ServiceChoices& choices, std::size_t instance) {
  std::vector<ExplainedSetting> settings;
  if (choices.instances.empty()) return settings;
  const auto varying = varying_keys(choices);
  const Choices& own = choices.instances[instance];
  visit_fields(own, own, [&](std::string_view key, const auto& slot, const auto& /*same*/) {
    if (varying.contains(key)) settings.push_back(explain_slot(key, slot));
  });
  return settings;
}

}  // namespace r2i::transform
