#include "config/resolver.hpp"
#include "config/source_spec.hpp"
#include "model/check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace r2i::config {

namespace {

void read_service_ports(Resolver& resolver, const Given& given) {
  constexpr std::uint32_t kMaxPort = 65535;
  ServicePortRule& rule = resolver.settings().conversion.service_ports;
  for (const std::string& value : given.values) {
    if (value == "instance") {
      rule.instance = true;
    } else if (const auto port = resolver.number(given, value, 1, kMaxPort)) {
      rule.numbers.push_back(*port);
    }
  }
}

void read_export_to(Resolver& resolver, const Given& given) {
  auto& values = resolver.settings().conversion.export_to;
  for (const std::string& value : given.values) {
    const bool special = value == "." || value == "*" || value == "~";
    if (!special && !is_namespace(value)) resolver.problem(given, fmt::format("{} is no namespace", in_quotes(value)));
    values.push_back(value);
  }
  std::ranges::sort(values);
  const auto twins = std::ranges::unique(values);
  values.erase(twins.begin(), twins.end());
  const bool alone = std::ranges::any_of(values, [](const std::string& value) { return value == "*" || value == "~"; });
  if (alone && values.size() > 1) resolver.problem(given, "\"*\" and \"~\" stand alone");
}

void read_host_template(Resolver& resolver, const Given& given) {
  auto parsed = HostTemplate::parse(given.last());
  if (parsed) {
    resolver.settings().conversion.host_template = std::move(*parsed);
  } else {
    resolver.problem(given, fmt::format("{}: {}", in_quotes(given.last()), parsed.error()));
  }
}

void read_protocol(Resolver& resolver, const Given& given) {
  if (!resolver.choice(given)) return;
  resolver.settings().conversion.protocol = {protocol_from(given.last()).value(), given.origin};
}

void read_health(Resolver& resolver, const Given& given) {
  if (const auto index = resolver.choice(given)) {
    resolver.settings().conversion.health = {static_cast<HealthPolicy>(*index), given.origin};
  }
}

void read_owner(Resolver& resolver, const Given& given) {
  resolver.name(given, resolver.settings().conversion.owner, is_label_value, "label's value in Kubernetes");
  resolver.settings().owner_given = true;
}

constexpr auto kSourceRows = std::to_array<Row>({
    {"from",
     [](Resolver& r, const Given& g) {
       for (const std::string& text : g.values) r.settings().sources.push_back(parse_source(text, r.problems()));
     }},
    {"include", [](Resolver& r, const Given& g) { r.globs(g, r.settings().names.include); }},
    {"exclude", [](Resolver& r, const Given& g) { r.globs(g, r.settings().names.exclude); }},
    {"requestTimeout", [](Resolver& r, const Given& g) { r.duration(g, r.settings().request_timeout); }},
    {"parallelism",
     [](Resolver& r, const Given& g) {
       constexpr std::uint32_t kMost = 128;
       r.number(g, r.settings().parallelism, 1, kMost);
     }},
    {"allowPartial", [](Resolver& r, const Given& g) { r.settings().allow_partial = r.truth(g); }},
});

constexpr auto kConversionRows = std::to_array<Row>({
    {"namespace",
     [](Resolver& r, const Given& g) { r.name(g, r.settings().conversion.nspace, is_namespace, "namespace"); }},
    {"owner", read_owner},
    {"health", read_health},
    {"hostTemplate", read_host_template},
    {"servicePorts", read_service_ports},
    {"protocol", read_protocol},
    {"exportTo", read_export_to},
    {"dnsCapture", [](Resolver& r, const Given& g) { r.settings().conversion.dns_capture = r.truth(g); }},
    {"tcpWithoutAddress",
     [](Resolver& r, const Given& g) { r.choose(g, r.settings().conversion.tcp_without_address); }},
    {"layout", [](Resolver& r, const Given& g) { r.choose(g, r.settings().conversion.layout); }},
});

}  // namespace

std::span<const Row> source_rows() {
  return kSourceRows;
}

std::span<const Row> conversion_rows() {
  return kConversionRows;
}

}  // namespace r2i::config
