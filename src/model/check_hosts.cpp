#include "base/utf8.hpp"
#include "model/checker.hpp"

#include <set>

namespace r2i {

namespace {

constexpr std::size_t kMaxHosts = 256;
constexpr std::size_t kMaxSelectorLabels = 256;

}  // namespace

void check_hosts(Checker& checker, const At& spec, const ServiceEntry& entry) {
  const At hosts = spec.field("hosts");
  checker.require(!entry.hosts.empty(), hosts, "a ServiceEntry needs at least one");
  checker.require(entry.hosts.size() <= kMaxHosts, hosts, "{} of them; at most {} are allowed", entry.hosts.size(),
                  kMaxHosts);
  for (std::size_t i = 0; i < entry.hosts.size(); ++i) {
    const std::string& host = entry.hosts[i];
    checker.require(host != "*", hosts.item(i), "\"*\" would be every host: name a domain, as in \"*.example.com\"");
    checker.require(host == "*" || is_wildcard_host(host), hosts.item(i),
                    "{} is no host name: letters, digits and inner '-', joined by '.', at most 63 each and 255 in all; "
                    "only the first may have a '*', in front; the last may not be a number",
                    Quote{host});
  }
}

void check_export_to(Checker& checker, const At& spec, const ServiceEntry& entry) {
  const At export_to = spec.field("exportTo");
  // Where kubectl and istioctl put an object that does not say.
  const std::string_view own = entry.meta.nspace.empty() ? std::string_view("default") : entry.meta.nspace;
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < entry.export_to.size(); ++i) {
    const std::string& value = entry.export_to[i];
    const bool special = value == "." || value == "*" || value == "~";
    checker.require(special || is_dns_label(value), export_to.item(i),
                    "{} is no namespace: name one, or \".\" for the object's own, \"*\" for all, \"~\" for none",
                    Quote{value});
    checker.require(seen.insert(value == "." ? own : std::string_view(value)).second, export_to.item(i),
                    "{} comes twice{}: once is enough", Quote{value},
                    value == "." || value == own ? fmt::format(" (\".\" is the namespace {})", own) : "");
    checker.require((value != "*" && value != "~") || entry.export_to.size() == 1, export_to.item(i),
                    "\"{}\" stands alone: remove it, or all others", value);
  }
}

void check_selector(Checker& checker, const At& spec, const WorkloadSelector& selector) {
  const At at = spec.field("workloadSelector");
  const At labels = at.field("labels");
  checker.require(selector.labels.size() <= kMaxSelectorLabels, labels, "{} of them; at most {} are allowed",
                  selector.labels.size(), kMaxSelectorLabels);
  for (const auto& [key, value] : selector.labels) {
    constexpr std::size_t kMaxValue = 63;
    const bool wild = key.find('*') != std::string::npos || value.find('*') != std::string::npos;
    checker.require(!key.empty(), labels.entry(key), "a key may not be empty");
    checker.require(!wild, labels.entry(key), "'*' is no wildcard in a selector: name each label and value in full");
    checker.require(count_characters(value) <= kMaxValue, labels.entry(key), "the value has more than {} characters",
                    kMaxValue);
  }
}

}  // namespace r2i
