#pragma once

#include "base/network.hpp"
#include "base/pattern_set.hpp"
#include "model/decided.hpp"
#include "model/manifest.hpp"
#include "model/text_template.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace r2i {

enum class HealthPolicy { warning, passing, any };
enum class TcpWithoutAddress { withhold, export_ };
enum class Layout { inline_, workload_entries };
enum class TlsMode { istio, disabled };

/// Which service ports a service gets. Nothing set: design row 6's own rule.
struct ServicePortRule {
  std::vector<std::uint32_t> numbers;
  bool instance = false;  ///< each distinct port of the instances, too

  [[nodiscard]] bool is_default() const { return numbers.empty() && !instance; }
  friend bool operator==(const ServicePortRule&, const ServicePortRule&) = default;
};

/// A value, or the key of the registry's metadata that has it: a registry may choose only what the configuration lets
/// it choose by naming the key.
template <typename T>
struct Stated {
  T value{};
  std::string metadata_key{};
};

/// Which metadata keys become labels.
struct LabelKeys {
  std::vector<std::string> patterns;
  std::shared_ptr<const PatternSet> set;
};

/// Keys and what they are to be; later settings add to earlier ones, key by key.
using TextMap = std::map<std::string, std::string>;
using TemplateMap = std::map<std::string, TextTemplate>;

/// The settings that decide how a service becomes manifests (design §4), each in a slot: what one place says of it, or
/// what was chosen of all that places say.
template <template <typename> typename Slot>
struct ConversionFields {
  // Of a service.
  Slot<bool> drop{};  ///< of an instance, too
  Slot<std::string> nspace{};
  Slot<HealthPolicy> health{};
  Slot<Stated<TextTemplate>> host{};
  Slot<std::vector<TextTemplate>> aliases{};
  Slot<ServicePortRule> service_ports{};
  Slot<Stated<std::string>> protocol{};  ///< as Istio spells it: "HTTP2"
  Slot<std::vector<std::string>> export_to{};
  Slot<std::vector<std::string>> addresses{};
  Slot<bool> dns_capture{};
  Slot<TcpWithoutAddress> tcp_without_address{};
  Slot<Resolution> resolution{};
  Slot<Location> location{};
  Slot<Layout> layout{};
  Slot<std::vector<TextTemplate>> subject_alt_names{};
  Slot<TemplateMap> object_labels{};
  Slot<TemplateMap> object_annotations{};
  // Of an endpoint.
  Slot<TemplateMap> labels{};
  Slot<LabelKeys> label_keys{};
  Slot<TextMap> rename_labels{};
  Slot<Stated<double>> weight{};
  Slot<double> weight_scale{};
  Slot<Stated<TextTemplate>> locality{};
  Slot<TextMap> locality_map{};
  Slot<TlsMode> tls_mode{};
  Slot<std::vector<IpNetwork>> sidecar_networks{};
  Slot<TextTemplate> service_account{};
  Slot<std::string> network{};
};

/// Calls `visit(key, slot_of_a, slot_of_b)` for each setting, with its key in the configuration file.
template <typename A, typename B, typename Visit>
void visit_fields(A& a, B& b, Visit visit) {
  visit("drop", a.drop, b.drop);
  visit("namespace", a.nspace, b.nspace);
  visit("health", a.health, b.health);
  visit("host", a.host, b.host);
  visit("aliases", a.aliases, b.aliases);
  visit("servicePorts", a.service_ports, b.service_ports);
  visit("protocol", a.protocol, b.protocol);
  visit("exportTo", a.export_to, b.export_to);
  visit("addresses", a.addresses, b.addresses);
  visit("dnsCapture", a.dns_capture, b.dns_capture);
  visit("tcpWithoutAddress", a.tcp_without_address, b.tcp_without_address);
  visit("resolution", a.resolution, b.resolution);
  visit("location", a.location, b.location);
  visit("layout", a.layout, b.layout);
  visit("subjectAltNames", a.subject_alt_names, b.subject_alt_names);
  visit("objectLabels", a.object_labels, b.object_labels);
  visit("objectAnnotations", a.object_annotations, b.object_annotations);
  visit("labels", a.labels, b.labels);
  visit("labelKeys", a.label_keys, b.label_keys);
  visit("renameLabels", a.rename_labels, b.rename_labels);
  visit("weight", a.weight, b.weight);
  visit("weightScale", a.weight_scale, b.weight_scale);
  visit("locality", a.locality, b.locality);
  visit("localityMap", a.locality_map, b.locality_map);
  visit("tlsMode", a.tls_mode, b.tls_mode);
  visit("sidecarNetworks", a.sidecar_networks, b.sidecar_networks);
  visit("serviceAccount", a.service_account, b.service_account);
  visit("network", a.network, b.network);
}

template <typename T>
using Given = std::optional<Decided<T>>;
/// What one place says: the command line, the file's defaults, a source, a rule.
using ConversionPatch = ConversionFields<Given>;

/// First and last port of a range.
using PortRange = std::pair<std::uint32_t, std::uint32_t>;

/// Which services a rule is for. Of each list one entry must hold, and of all lists that are not empty one each.
struct RuleMatch {
  std::vector<std::string> sources;  ///< this and the following are patterns (PatternSet)
  std::vector<std::string> kinds;
  std::vector<std::string> services;
  std::vector<std::string> datacenters;
  std::vector<std::string> groups;
  std::vector<std::string> namespaces;
  // Of one instance all of these together.
  std::vector<std::string> tags;
  std::map<std::string, std::vector<std::string>> metadata;  ///< of the instance, else of its service
  std::vector<PortRange> ports;
  std::vector<IpNetwork> networks;

  [[nodiscard]] bool asks_instances() const {
    return !tags.empty() || !metadata.empty() || !ports.empty() || !networks.empty();
  }
};

struct Rule {
  std::string name;
  std::string place;  ///< "mesh.yaml:12"
  RuleMatch match;
  ConversionPatch set;
};

/// All that decides how services become manifests. What comes later wins, setting by setting: the defaults, those of
/// the service's source, the rules in their order, the environment and the command line.
struct ConversionSettings {
  std::string owner = "default";
  ConversionPatch defaults;
  std::map<std::string, ConversionPatch> sources;  ///< by name
  std::vector<Rule> rules;
  ConversionPatch typed;
};

/// The namespaces that objects may be written to, as far as the settings name any; sorted.
std::vector<std::string> all_namespaces(const ConversionSettings& settings);

}  // namespace r2i
