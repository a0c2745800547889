#include "model/setting_text.hpp"

#include "base/text.hpp"
#include "model/settings.hpp"

#include <fmt/format.h>

namespace r2i {

namespace {

std::string list_text(const std::vector<std::string>& items) {
  return fmt::format("[{}]", join(items, ", "));
}

/// The choice at this position of the setting's row.
std::string choice_text(std::string_view key, std::size_t index) {
  return split(setting_info(key).choices, '|').at(index);
}

template <typename T>
std::string stated_text(std::string_view key, const Stated<T>& stated) {
  return stated.metadata_key.empty() ? setting_text(key, stated.value)
                                     : fmt::format("{{fromMetadata: {}}}", stated.metadata_key);
}

template <typename Map, typename TextOf>
std::string map_text(const Map& map, TextOf text_of) {
  std::vector<std::string> pairs;
  for (const auto& [key, value] : map) pairs.push_back(fmt::format("{}: {}", key, text_of(value)));
  return fmt::format("{{{}}}", join(pairs, ", "));
}

}  // namespace

std::string setting_text(std::string_view /*key*/, bool value) {
  return value ? "true" : "false";
}

std::string setting_text(std::string_view /*key*/, double value) {
  return fmt::format("{}", value);
}

std::string setting_text(std::string_view key, const std::string& value) {
  return key == "protocol" ? to_lower(value) : value;
}

std::string setting_text(std::string_view /*key*/, const std::vector<std::string>& value) {
  return list_text(value);
}

std::string setting_text(std::string_view /*key*/, const TextTemplate& value) {
  return value.text();
}

std::string setting_text(std::string_view /*key*/, const std::vector<TextTemplate>& value) {
  std::vector<std::string> texts;
  for (const TextTemplate& one : value) texts.push_back(one.text());
  return list_text(texts);
}

std::string setting_text(std::string_view key, const Stated<TextTemplate>& value) {
  return stated_text(key, value);
}

std::string setting_text(std::string_view key, const Stated<std::string>& value) {
  return stated_text(key, value);
}

std::string setting_text(std::string_view key, const Stated<double>& value) {
  return stated_text(key, value);
}

std::string setting_text(std::string_view /*key*/, const ServicePortRule& value) {
  std::vector<std::string> ports;
  for (const std::uint32_t number : value.numbers) ports.push_back(fmt::format("{}", number));
  if (value.instance) ports.emplace_back("instance");
  return list_text(ports);
}

std::string setting_text(std::string_view /*key*/, const LabelKeys& value) {
  return list_text(value.patterns);
}

std::string setting_text(std::string_view /*key*/, const std::vector<IpNetwork>& value) {
  std::vector<std::string> networks;
  for (const IpNetwork& network : value) networks.push_back(network.text());
  return list_text(networks);
}

std::string setting_text(std::string_view /*key*/, const TextMap& value) {
  return map_text(value, [](const std::string& text) { return text; });
}

std::string setting_text(std::string_view /*key*/, const TemplateMap& value) {
  return map_text(value, [](const TextTemplate& one) { return one.text(); });
}

std::string setting_text(std::string_view key, HealthPolicy value) {
  return choice_text(key, static_cast<std::size_t>(value));
}

std::string setting_text(std::string_view key, TcpWithoutAddress value) {
  return choice_text(key, static_cast<std::size_t>(value));
}

std::string setting_text(std::string_view key, Layout value) {
  return choice_text(key, static_cast<std::size_t>(value));
}

std::string setting_text(std::string_view key, TlsMode value) {
  return choice_text(key, static_cast<std::size_t>(value));
}

std::string setting_text(std::string_view /*key*/, Resolution value) {
  switch (value) {
    case Resolution::none:
      return "none";
    case Resolution::static_:
      return "static";
    case Resolution::dns:
      return "dns";
    case Resolution::dns_round_robin:
      return "dns-round-robin";
    case Resolution::dynamic_dns:
      return "dynamic-dns";
  }
  return "";
}

std::string setting_text(std::string_view /*key*/, Location value) {
  return value == Location::mesh_internal ? "internal" : "external";
}

}  // namespace r2i
