#include "transform/protocol.hpp"

#include "base/text.hpp"
#include "model/codes.hpp"
#include "model/settings.hpp"
#include "transform/metadata.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

namespace r2i::transform {

namespace {

constexpr std::array<std::string_view, 3> kMetadataKeys = {"protocol", "istio.protocol", "appProtocol"};
constexpr std::array<std::string_view, 10> kProtocolTags = {"http", "http2", "grpc",  "grpc-web", "https",
                                                            "tls",  "tcp",   "mongo", "redis",    "mysql"};
constexpr std::size_t kLongestTag = std::ranges::max(kProtocolTags, {}, &std::string_view::size).size();

/// Ports that mean one protocol wherever they are seen: IANA's and the products' own defaults.
constexpr auto kWellKnownPorts = std::to_array<std::pair<std::int64_t, std::string_view>>({
    {22, "TCP"},    {25, "TCP"},    {389, "TCP"},   {443, "HTTPS"}, {465, "TCP"},   {587, "TCP"},  {636, "TCP"},
    {1433, "TCP"},  {1521, "TCP"},  {1883, "TCP"},  {2181, "TCP"},  {3306, "TCP"},  {4222, "TCP"}, {5432, "TCP"},
    {5671, "TCP"},  {5672, "TCP"},  {6379, "TCP"},  {8883, "TCP"},  {9042, "TCP"},  {9092, "TCP"}, {11211, "TCP"},
    {26379, "TCP"}, {27017, "TCP"}, {27018, "TCP"}, {50000, "TCP"}, {61616, "TCP"},
});
static_assert(std::ranges::is_sorted(kWellKnownPorts));

bool is_protocol_key(std::string_view key) {
  return std::ranges::find(kMetadataKeys, key) != kMetadataKeys.end();
}

std::optional<Decided<std::string>> from_metadata(const Pairs& metadata, std::vector<std::string>& unknown) {
  if (!tells_protocol(metadata)) return std::nullopt;
  for (const std::string_view key : kMetadataKeys) {
    const auto value = find_value(metadata, key);
    if (!value || value->empty()) continue;
    if (auto protocol = protocol_from(*value))
      return Decided<std::string>{*protocol, fmt::format("metadata {}={}", key, *value)};
    unknown.emplace_back(*value);
  }
  return std::nullopt;
}

std::optional<Decided<std::string>> from_tags(const std::vector<std::string>& tags) {
  for (const std::string& tag : tags) {
    if (tag.size() > kLongestTag) continue;
    const auto is_tag = [&](std::string_view name) {
      return name.size() == tag.size() && equals_ignoring_case(name, tag);
    };
    if (std::ranges::none_of(kProtocolTags, is_tag)) continue;
    return Decided<std::string>{protocol_from(tag).value(), fmt::format("tag {}", tag)};
  }
  return std::nullopt;
}

std::optional<Decided<std::string>> from_port(const Port& port, std::vector<std::string>& unknown) {
  if (!port.protocol.empty()) {
    if (auto protocol = protocol_from(port.protocol)) return Decided<std::string>{*protocol, "the registry"};
    unknown.push_back(port.protocol);
  }
  const auto known =
      std::ranges::lower_bound(kWellKnownPorts, port.number, {}, &std::pair<std::int64_t, std::string_view>::first);
  if (known == kWellKnownPorts.end() || known->first != port.number) return std::nullopt;
  return Decided<std::string>{std::string(known->second), fmt::format("well-known port {}", port.number)};
}

}  // namespace

bool tells_protocol(const Pairs& metadata) {
  return std::ranges::any_of(metadata, is_protocol_key, &Pairs::value_type::first);
}

std::optional<Decided<std::string>> told_protocol(const Service& service, const Instance& instance, const Port& port,
                                                  std::vector<std::string>& unknown) {
  if (auto told = from_metadata(instance.metadata, unknown)) return told;
  if (auto told = from_metadata(service.metadata, unknown)) return told;
  if (auto told = from_tags(instance.tags)) return told;
  return from_port(port, unknown);
}

std::optional<Decided<std::string>> chosen_protocol(const Service& service, const Choices& choices,
                                                    Diagnostics& diagnostics) {
  if (choices.protocol == nullptr) return std::nullopt;
  const auto& [stated, origin] = *choices.protocol;
  if (stated.metadata_key.empty()) return Decided<std::string>{stated.value, origin};
  const std::string text = metadata_value(service, nullptr, stated.metadata_key).value_or("");
  if (const auto protocol = protocol_from(text))
    return Decided<std::string>{*protocol, fmt::format("{}: metadata {}={}", origin, stated.metadata_key, text)};
  diagnostics.report(diagnose(
      Code::metadata_invalid, service.display(),
      fmt::format("its metadata {} is {}, which is no protocol", in_quotes(stated.metadata_key), in_quotes(text))));
  return std::nullopt;
}

Decided<std::string> unite_protocols(const Service& service, const std::vector<Decided<std::string>>& told,
                                     const Choices& choices, Diagnostics& diagnostics) {
  if (auto chosen = chosen_protocol(service, choices, diagnostics)) return *chosen;
  std::map<std::string, std::size_t> votes;
  for (const auto& decided : told) ++votes[decided.value];
  if (votes.empty()) return {value_or(choices.dns_capture, false) ? "" : "HTTP", "default"};
  // Of a map's equal elements max_element gives the first.
  const auto most = std::ranges::max_element(votes, {}, [](const auto& vote) { return vote.second; });
  if (votes.size() > 1) {
    std::vector<std::string> counts;
    for (const auto& [protocol, count] : votes) counts.push_back(fmt::format("{} {}", count, protocol));
    diagnostics.report(diagnose(Code::protocol_conflict, service.display(),
                                fmt::format("its instances say {}; {} is taken", join(counts, ", "), most->first)));
  }
  // Of several origins the first by name, so that the order of the instances does not show.
  std::string origin;
  for (const auto& decided : told) {
    if (decided.value == most->first && (origin.empty() || decided.origin < origin)) origin = decided.origin;
  }
  return {most->first, origin};
}

bool is_catch_all(const std::string& protocol) {
  return protocol.empty() || protocol == "TCP" || protocol == "MONGO" || protocol == "REDIS" || protocol == "MYSQL";
}

}  // namespace r2i::transform
