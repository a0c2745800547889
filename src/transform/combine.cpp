#include "transform/combine.hpp"

#include "base/json_writer.hpp"
#include "base/natural_order.hpp"
#include "base/order.hpp"
#include "base/output.hpp"
#include "model/change.hpp"
#include "model/check.hpp"
#include "model/codes.hpp"
#include "model/describe.hpp"
#include "transform/layout.hpp"
#include "transform/protocol.hpp"
#include "transform/twins.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <map>
#include <set>
#include <span>
#include <tuple>
#include <utility>

namespace r2i::transform {

namespace {

void settle_hosts(std::vector<Converted>& services, Diagnostics& diagnostics) {
  bring_in_order(services, [](const Converted& a, const Converted& b) {
    return std::tie(a.host, a.scope->source->name, a.scope->name, a.service) <
           std::tie(b.host, b.scope->source->name, b.scope->name, b.service);
  });
  for (auto first = services.begin(); first != services.end();) {
    const auto last = std::find_if(first, services.end(), [&](const Converted& c) { return c.host != first->host; });
    if (last - first > 1) settle_twins({first, last}, diagnostics);
    first = last;
  }
}

/// Row 19: each alias is a service of its own from here on.
void add_aliases(std::vector<Converted>& services) {
  const std::size_t count = services.size();
  for (std::size_t i = 0; i < count; ++i) {
    for (std::string& alias : std::exchange(services[i].aliases, {})) {
      if (alias == services[i].host) continue;
      Converted copy = services[i];
      copy.alias_of = std::exchange(copy.host, std::move(alias));
      copy.entry.hosts = {copy.host};
      ObjectMeta& meta = copy.entry.meta;
      meta.name = copy.host;
      meta.annotations.emplace_back(mark::kAliasOf, copy.alias_of);
      if (!find_value(meta.annotations, mark::kService)) {
        // Only clean names are left out, being the first label of the main host.
        meta.annotations.emplace_back(mark::kService, copy.service);
      }
      sort_keys(meta.annotations);
      services.push_back(std::move(copy));
    }
  }
}

/// An alias of what is withheld would lead to nothing, or to something else.
void withhold_aliases(std::vector<Converted>& services) {
  std::set<std::string> withheld;
  for (const Converted& converted : services) {
    if (converted.withheld && converted.alias_of.empty()) withheld.insert(converted.host);
  }
  for (Converted& converted : services) {
    if (!converted.alias_of.empty() && withheld.contains(converted.alias_of)) converted.withheld = true;
  }
}

const std::string& main_host(const Converted& converted) {
  return converted.alias_of.empty() ? converted.host : converted.alias_of;
}

/// Addresses that the configuration gives: the proxies listen on each with each port, once. A service and its aliases
/// may share one: it leads to the same endpoints.
void settle_addresses(std::vector<Converted>& services, Diagnostics& diagnostics) {
  std::map<std::pair<std::string, std::uint32_t>, std::vector<Converted*>> listeners;
  for (Converted& converted : services) {
    if (converted.withheld) continue;
    for (const std::string& address : converted.entry.addresses) {
      for (const ServicePort& port : converted.entry.ports) {
        if (is_catch_all(port.protocol)) listeners[{address, port.number}].push_back(&converted);
      }
    }
  }
  for (const auto& [listener, sharers] : listeners) {
    for (Converted* sharer : sharers) {
      const auto other =
          std::ranges::find_if(sharers, [&](const Converted* one) { return main_host(*one) != main_host(*sharer); });
      if (other == sharers.end()) break;
      sharer->withheld = true;
      if (!sharer->alias_of.empty()) continue;
      diagnostics.report(diagnose(Code::address_shared, display(*sharer),
                                  fmt::format("withheld: {} has the address {} and the port {}, too", display(**other),
                                              listener.first, listener.second)));
    }
  }
}

std::size_t exact_size(const ServiceEntry& entry) {
  StringOutput out;
  JsonWriter writer(out, 0);
  describe(writer, entry, "v1");
  return out.text().size();
}

/// Row 15's limits; the error names the other layout.
bool fits_inline(const Converted& converted, Diagnostics& diagnostics) {
  const ServiceEntry& entry = converted.entry;
  if (entry.endpoints.size() > kMaxEndpoints) {
    diagnostics.report(diagnose(Code::too_many_endpoints, display(converted),
                                fmt::format("withheld: it has {} endpoints", entry.endpoints.size())));
    return false;
  }
  if (json_size(entry) > kMaxObjectBytes && exact_size(entry) > kMaxObjectBytes) {
    diagnostics.report(diagnose(Code::object_too_large, display(converted),
                                fmt::format("withheld: it has more than {} bytes", kMaxObjectBytes)));
    return false;
  }
  return true;
}

/// Whether Istio and the API server would take the objects: what they refuse must not be written.
bool pass_check(const std::vector<Manifest>& objects, const Converted& converted, Diagnostics& diagnostics) {
  bool pass = true;
  for (const Manifest& object : objects) {
    for (const Breach& broken : std::visit([](const auto& entry) { return check(entry); }, object)) {
      diagnostics.report(diagnose(Code::istio_refuses, display(converted),
                                  fmt::format("withheld: {}: {}", kind_of(object), broken.text())));
      pass = false;
    }
  }
  return pass;
}

/// Row 18: with `tcpWithoutAddress: export`, several services may be catch-alls on one port.
void report_catch_alls(const std::vector<Converted>& services, Diagnostics& diagnostics) {
  std::map<std::uint32_t, const Converted*> first;
  for (const Converted& converted : services) {
    if (converted.withheld || !converted.catch_alls) continue;
    for (const ServicePort& port : converted.entry.ports) {
      if (!is_catch_all(port.protocol)) continue;
      const auto [holder, is_first] = first.emplace(port.number, &converted);
      if (is_first) continue;
      diagnostics.report(
          diagnose(Code::catch_all_clash, display(converted),
                   fmt::format("{} is a catch-all on port {}, too; the object that was created first gets the "
                               "traffic of both, of objects created together {}",
                               display(*holder->second), port.number, holder->second->host)));
    }
  }
}

/// Leaves in `hosts` (sorted) each host once that is not in `kept` (sorted).
void keep_difference(std::vector<std::string>& hosts, const std::vector<std::string>& kept) {
  const auto twins = std::ranges::unique(hosts);
  hosts.erase(twins.begin(), twins.end());
  std::vector<std::string> rest;
  std::ranges::set_difference(hosts, kept, std::back_inserter(rest));
  hosts = std::move(rest);
}

}  // namespace

Manifests combine(std::vector<Converted> services, Diagnostics& diagnostics) {
  add_aliases(services);
  settle_hosts(services, diagnostics);
  withhold_aliases(services);
  settle_addresses(services, diagnostics);
  report_catch_alls(services, diagnostics);

  Manifests manifests;
  manifests.objects.reserve(services.size());
  std::vector<std::string> kept;
  for (Converted& converted : services) {
    std::vector<Manifest> objects;
    if (!converted.withheld && (converted.layout != Layout::inline_ || fits_inline(converted, diagnostics))) {
      objects = lay_out(std::move(converted.entry), converted.layout, converted.alias_of);
      if (!pass_check(objects, converted, diagnostics)) objects.clear();
    }
    (objects.empty() ? manifests.withheld_hosts : kept).push_back(std::move(converted.host));
    std::ranges::move(objects, std::back_inserter(manifests.objects));
  }
  keep_difference(manifests.withheld_hosts, kept);
  bring_in_order(manifests.objects, std::less(), order_of);
  return manifests;
}

}  // namespace r2i::transform
