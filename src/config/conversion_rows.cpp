#include "config/resolver.hpp"
#include "model/check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

namespace r2i::config {

namespace {

template <typename T>
void set(std::optional<Decided<T>>& slot, Resolver& resolver, T value) {
  slot = Decided<T>{std::move(value), resolver.given().place.origin};
}

template <typename Enum>
void set_choice(std::optional<Decided<Enum>>& slot, Resolver& resolver) {
  if (const auto index = resolver.choice()) set(slot, resolver, static_cast<Enum>(*index));
}

void set_truth(std::optional<Decided<bool>>& slot, Resolver& resolver) {
  set(slot, resolver, resolver.truth());
}

template <typename T>
bool set_from_metadata(std::optional<Decided<Stated<T>>>& slot, Resolver& resolver) {
  const std::string& key = resolver.given().metadata_key;
  if (key.empty()) return false;
  set(slot, resolver, Stated<T>{{}, key});
  return true;
}

std::optional<TextTemplate> parse_template(const std::string& text, Resolver& resolver,
                                           tl::expected<TextTemplate, std::string> (*parse)(std::string_view)) {
  auto parsed = parse(text);
  if (parsed) return std::move(*parsed);
  resolver.problem(fmt::format("{}: {}", in_quotes(text), parsed.error()));
  return std::nullopt;
}

std::vector<TextTemplate> parse_templates(Resolver& resolver,
                                          tl::expected<TextTemplate, std::string> (*parse)(std::string_view)) {
  std::vector<TextTemplate> templates;
  for (const std::string& text : resolver.given().values) {
    if (auto parsed = parse_template(text, resolver, parse)) templates.push_back(std::move(*parsed));
  }
  return templates;
}

void read_namespace(Resolver& resolver, ConversionPatch& patch) {
  std::string name;
  resolver.name(name, is_namespace, "namespace");
  set(patch.nspace, resolver, std::move(name));
}

void read_host(Resolver& resolver, ConversionPatch& patch) {
  if (set_from_metadata(patch.host, resolver)) return;
  if (auto host = parse_template(resolver.given().last(), resolver, TextTemplate::parse_host))
    set(patch.host, resolver, Stated<TextTemplate>{std::move(*host), {}});
}

void read_aliases(Resolver& resolver, ConversionPatch& patch) {
  set(patch.aliases, resolver, parse_templates(resolver, TextTemplate::parse_host));
}

void read_service_ports(Resolver& resolver, ConversionPatch& patch) {
  constexpr std::uint32_t kMaxPort = 65535;
  ServicePortRule rule;
  for (const std::string& value : resolver.given().values) {
    if (value == "instance") {
      rule.instance = true;
    } else if (const auto port = resolver.number(value, 1, kMaxPort)) {
      rule.numbers.push_back(*port);
    }
  }
  set(patch.service_ports, resolver, std::move(rule));
}

void read_protocol(Resolver& resolver, ConversionPatch& patch) {
  if (set_from_metadata(patch.protocol, resolver) || !resolver.choice()) return;
  set(patch.protocol, resolver, Stated<std::string>{protocol_from(resolver.given().last()).value(), {}});
}

void read_export_to(Resolver& resolver, ConversionPatch& patch) {
  std::vector<std::string> values = resolver.given().values;
  for (const std::string& value : values) {
    const bool special = value == "." || value == "*" || value == "~";
    if (!special && !is_namespace(value)) resolver.problem(fmt::format("{} is no namespace", in_quotes(value)));
  }
  std::ranges::sort(values);
  const auto twins = std::ranges::unique(values);
  values.erase(twins.begin(), twins.end());
  const bool alone = std::ranges::any_of(values, [](const std::string& value) { return value == "*" || value == "~"; });
  if (alone && values.size() > 1) resolver.problem("\"*\" and \"~\" stand alone");
  set(patch.export_to, resolver, std::move(values));
}

std::vector<IpNetwork> parse_networks(Resolver& resolver) {
  std::vector<IpNetwork> networks;
  for (const std::string& value : resolver.given().values) {
    if (auto network = IpNetwork::parse(value)) {
      networks.push_back(*network);
    } else {
      resolver.problem(network.error());
    }
  }
  return networks;
}

void read_addresses(Resolver& resolver, ConversionPatch& patch) {
  parse_networks(resolver);
  set(patch.addresses, resolver, resolver.given().values);
}

void read_resolution(Resolver& resolver, ConversionPatch& patch) {
  constexpr std::array kResolutions = {Resolution::static_, Resolution::dns, Resolution::dns_round_robin};
  if (const auto index = resolver.choice()) set(patch.resolution, resolver, kResolutions.at(*index));
}

void read_location(Resolver& resolver, ConversionPatch& patch) {
  constexpr std::array kLocations = {Location::mesh_internal, Location::mesh_external};
  if (const auto index = resolver.choice()) set(patch.location, resolver, kLocations.at(*index));
}

/// Labels and annotations that are not for the user to set.
bool is_ours(std::string_view key) {
  return key == mark::kManagedBy || key.starts_with("registry2istio.io/");
}

TemplateMap parse_map(Resolver& resolver, bool labels, bool of_objects) {
  TemplateMap map;
  for (const auto& [key, text] : resolver.given().pairs) {
    // On objects, Kubernetes wants the prefix of a label in lower case; Istio does not care on endpoints.
    const bool legal = labels && of_objects ? is_metadata_key(key) : is_label_key(key);
    if (!legal) resolver.problem(fmt::format("{} is no key of a label or an annotation", in_quotes(key)));
    if (!labels && is_refused_annotation(key)) resolver.problem(fmt::format("Istio refuses the annotation {}", key));
    if (of_objects && is_ours(key)) resolver.problem(fmt::format("{} is set by registry2istio itself", key));
    auto parsed = parse_template(text, resolver, TextTemplate::parse);
    if (!parsed) continue;
    const bool fixed = std::ranges::none_of(parsed->parts(), [](const auto& part) { return part.literal.empty(); });
    if (labels && fixed && !is_label_value(text))
      resolver.problem(fmt::format("{}: {} is no value of a label", key, in_quotes(text)));
    map.emplace(key, std::move(*parsed));
  }
  return map;
}

void read_label_keys(Resolver& resolver, ConversionPatch& patch) {
  LabelKeys keys;
  resolver.patterns(keys.patterns);
  if (!keys.patterns.empty() || resolver.given().values.empty())
    keys.set = std::make_shared<const PatternSet>(keys.patterns);
  if (keys.set) set(patch.label_keys, resolver, std::move(keys));
}

TextMap text_map(Resolver& resolver) {
  return {resolver.given().pairs.begin(), resolver.given().pairs.end()};
}

void read_rename_labels(Resolver& resolver, ConversionPatch& patch) {
  for (const auto& [key, name] : resolver.given().pairs) {
    if (!is_label_key(name)) resolver.problem(fmt::format("{}: {} is no key of a label", key, in_quotes(name)));
  }
  set(patch.rename_labels, resolver, text_map(resolver));
}

void read_weight(Resolver& resolver, ConversionPatch& patch) {
  if (set_from_metadata(patch.weight, resolver)) return;
  if (const auto weight = resolver.real()) set(patch.weight, resolver, Stated<double>{*weight, {}});
}

void read_weight_scale(Resolver& resolver, ConversionPatch& patch) {
  const auto scale = resolver.real();
  if (scale && *scale == 0) resolver.problem("0 would leave out every instance; say `drop: true` for that");
  if (scale) set(patch.weight_scale, resolver, *scale);
}

void read_locality(Resolver& resolver, ConversionPatch& patch) {
  if (set_from_metadata(patch.locality, resolver)) return;
  if (auto parsed = parse_template(resolver.given().last(), resolver, TextTemplate::parse))
    set(patch.locality, resolver, Stated<TextTemplate>{std::move(*parsed), {}});
}

void read_service_account(Resolver& resolver, ConversionPatch& patch) {
  if (auto parsed = parse_template(resolver.given().last(), resolver, TextTemplate::parse))
    set(patch.service_account, resolver, std::move(*parsed));
}

void read_network(Resolver& resolver, ConversionPatch& patch) {
  std::string name;
  resolver.name(name, is_label_value, "network: at most 63 letters, digits, '-', '_' and '.'");
  set(patch.network, resolver, std::move(name));
}

using Patch = ConversionPatch;

constexpr auto kConversionRows = std::to_array<Row<Patch>>({
    {"drop", [](Resolver& r, Patch& p) { set_truth(p.drop, r); }},
    {"namespace", read_namespace},
    {"health", [](Resolver& r, Patch& p) { set_choice(p.health, r); }},
    {"host", read_host},
    {"aliases", read_aliases},
    {"servicePorts", read_service_ports},
    {"protocol", read_protocol},
    {"exportTo", read_export_to},
    {"addresses", read_addresses},
    {"dnsCapture", [](Resolver& r, Patch& p) { set_truth(p.dns_capture, r); }},
    {"tcpWithoutAddress", [](Resolver& r, Patch& p) { set_choice(p.tcp_without_address, r); }},
    {"resolution", read_resolution},
    {"location", read_location},
    {"layout", [](Resolver& r, Patch& p) { set_choice(p.layout, r); }},
    {"subjectAltNames",
     [](Resolver& r, Patch& p) { set(p.subject_alt_names, r, parse_templates(r, TextTemplate::parse)); }},
    {"objectLabels", [](Resolver& r, Patch& p) { set(p.object_labels, r, parse_map(r, true, true)); }},
    {"objectAnnotations", [](Resolver& r, Patch& p) { set(p.object_annotations, r, parse_map(r, false, true)); }},
    {"labels", [](Resolver& r, Patch& p) { set(p.labels, r, parse_map(r, true, false)); }},
    {"labelKeys", read_label_keys},
    {"renameLabels", read_rename_labels},
    {"weight", read_weight},
    {"weightScale", read_weight_scale},
    {"locality", read_locality},
    {"localityMap", [](Resolver& r, Patch& p) { set(p.locality_map, r, text_map(r)); }},
    {"tlsMode", [](Resolver& r, Patch& p) { set_choice(p.tls_mode, r); }},
    {"sidecarNetworks", [](Resolver& r, Patch& p) { set(p.sidecar_networks, r, parse_networks(r)); }},
    {"serviceAccount", read_service_account},
    {"network", read_network},
});

}  // namespace

std::span<const Row<ConversionPatch>> conversion_rows() {
  return kConversionRows;
}

}  // namespace r2i::config
