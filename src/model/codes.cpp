#include "model/codes.hpp"

#include "base/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace r2i {

namespace {

using enum Severity;

constexpr auto kTable = std::to_array<CodeInfo>({
    {Code::source_unreachable, error, Loss::nothing, "source not read",
     "The list of services of a scope could not be read, so nothing is known about it.",
     "Check the address, the credentials and the registry itself."},
    {Code::service_unread, error, Loss::service, "could not be read",
     "The registry lists the service, but its instances could not be read.",
     "Run again; if it stays, ask the registry for this service by hand."},
    {Code::filtered_by_acl, error, Loss::nothing, "hidden by an ACL",
     "The registry says that it left out what the token may not see, so the view is not complete.",
     "Give the token the right to read every service and node, or set trustView=true if its view is the whole that is "
     "meant."},
    {Code::stale_answer, error, Loss::nothing, "answer too old",
     "The answer came from a server without a known leader or too long out of touch with it, and the leader did not "
     "answer.",
     "Check the registry's cluster; maxStale sets how old an answer may be."},
    {Code::list_without_consul, error, Loss::nothing, "list without the service consul",
     "Every Consul lists the service \"consul\"; a list without it is filtered or is no Consul's.",
     "Give a token that may read it, or set emulator=true for a server that only speaks Consul's API."},
    {Code::service_vanished, error, Loss::service, "listed without instances",
     "The service is in the list of services, but the registry answers no instance of it, twice.",
     "Run again; a token that may not read its nodes gives the same picture."},
    {Code::expectation_unmet, error, Loss::nothing, "expectation unmet",
     "The source has less than `expect` says that it must have.", "Check the registry, or change the expectation."},
    {Code::entry_malformed, error, Loss::nothing, "malformed entry",
     "An answer of the registry is not what its API promises, or a value not what its layout does.",
     "Look at the registry's answer, and at proxies before it."},
    {Code::other_datacenter, error, Loss::nothing, "another datacenter answered",
     "One of the addresses belongs to an agent of another datacenter.",
     "Give addresses of one datacenter, or name the datacenter with datacenter=."},
    {Code::case_variants, info, Loss::nothing, "names that differ only in case",
     "Consul answers names that differ only in case with the same instances, so they are one service.", ""},
    {Code::text_repaired, warning, Loss::nothing, "text repaired",
     "An answer was not valid UTF-8; the bad bytes were replaced by U+FFFD.", "Correct the text in the registry."},
    {Code::name_unaskable, warning, Loss::service, "name that cannot be asked for",
     "Consul lists the service, but refuses every request for a name that is empty or has a line break or a NUL in it.",
     "Register the service under another name."},
    {Code::snapshot_invalid, error, Loss::nothing, "not a valid snapshot",
     "The file is not a snapshot that can be read; nothing of it is used.", ""},
    {Code::snapshot_incomplete, error, Loss::nothing, "snapshot incomplete",
     "The snapshot itself says that a scope was not read in full.", "Fetch it again."},
    {Code::source_insecure, warning, Loss::nothing, "TLS not verified",
     "The certificate of the registry is not checked: anyone on the way can answer in its place.",
     "Give the CA that signed it instead."},
    {Code::protection_reached, warning, Loss::nothing, "protection threshold reached",
     "So few instances of the service are healthy that its protection threshold in Nacos says that all of them are to "
     "be used: the unhealthy ones are exported, too.",
     "Look after the instances; without a threshold only the healthy ones are exported."},
    {Code::list_moved, error, Loss::nothing, "list changes while it is read",
     "The pages of the registry's list of services do not fit together, three times in a row.",
     "Run again; pageSize sets how many services a page has."},
    {Code::namespace_empty, error, Loss::nothing, "namespace without services",
     "A Nacos that has just been started has forgotten the services of its clients until they come back, and looks the "
     "same as a namespace that has none.",
     "If the namespace is meant to be empty, set trustEmpty=true, or leave it out of namespace."},
    {Code::services_vanish, error, Loss::nothing, "services vanish while they are read",
     "More than half of the services that the registry listed at first were gone at the end of the same reading, as "
     "when it is started anew.",
     "Run again."},
    {Code::root_empty, error, Loss::nothing, "no service below the prefix",
     "A prefix without any service is a wrong one, a store that was lost, or the truth: the registry knows keys, not "
     "services.",
     "Check prefix and layout, or set trustEmpty=true if there may be no service at all."},
    {Code::key_ignored, info, Loss::nothing, "not of the layout",
     "Some keys below the prefix are not of the layout, so they are no instances.",
     "Check key and layout if they should be."},
    {Code::session_lost, error, Loss::nothing, "session lost",
     "The session with ZooKeeper ended before the tree was read; parts that were read in two sessions are no tree.",
     "Look at the health of the ensemble, and run again."},
    {Code::node_denied, error, Loss::nothing, "node not readable",
     "ZooKeeper does not let us read a node, so a part of the tree is missing.",
     "Give the user the right to read it (ACL), or say who to be: username and passwordFile."},
    {Code::node_unread, error, Loss::nothing, "node unread", "ZooKeeper does not answer the request for a node.",
     "Look at the logs of the server."},
    {Code::node_vanished, info, Loss::nothing, "nodes that have gone",
     "The nodes went between being listed and being read: the instances have gone.", ""},
    {Code::tree_empty, error, Loss::nothing, "no instance below the root",
     "A root without any instance is a wrong one, what is left after an outage of the ensemble, or the truth.",
     "Check root, layout and chroot, or set trustEmpty=true if there may be no instance at all."},
    {Code::dubbo_metadata_missing, info, Loss::nothing, "no Dubbo metadata",
     "An instance says that it has published which interfaces it offers, but it has not.", ""},
    {Code::registry_starting, error, Loss::nothing, "registry still filling",
     "The registry has just started: instances are still coming back to it, and what is missing may be there.",
     "Run again in a few minutes; warmUp sets how long a registry counts as starting, and 0 turns that off."},
    {Code::registry_empty, error, Loss::nothing, "registry without services",
     "The registry lists no service at all, as one does that has just started.",
     "Run again; set trustEmpty=true for a registry that may have none."},
    {Code::count_mismatch, warning, Loss::nothing, "checksum of the registry differs",
     "The registry's own count of its instances is not what its answer has, twice; the answer is taken as it is.",
     "If it stays, compare the registry's servers with each other."},

    {Code::own_service, info, Loss::service, "the registry's own", "The service is the registry itself.", ""},
    {Code::sidecar_or_gateway, info, Loss::service, "sidecar or gateway",
     "The service is a proxy of the registry's own mesh, not an application.", ""},
    {Code::excluded_by_name, info, Loss::service, "excluded by name", "--include or --exclude leave the service out.",
     ""},
    {Code::kubernetes_copy, info, Loss::instance, "copied from Kubernetes",
     "The instance was copied into the registry from Kubernetes, where Istio sees it already.", ""},
    {Code::kubernetes_service, info, Loss::service, "copied from Kubernetes",
     "Every instance of the service was copied into the registry from Kubernetes, where Istio sees it already.", ""},
    {Code::sidecar_instance, info, Loss::instance, "sidecar or gateway",
     "The instance is a proxy of the registry's own mesh, not an application.", ""},
    {Code::dropped_by_rule, info, Loss::service, "dropped by a rule", "The configuration says `drop: true` for it.",
     ""},
    {Code::instance_dropped, info, Loss::instance, "dropped by a rule",
     "The configuration says `drop: true` for instances like this one.", ""},
    {Code::unhealthy, info, Loss::instance, "unhealthy",
     "The instance is not healthy enough for the policy in force; Istio has no field for health.",
     "--health changes the policy."},
    {Code::in_maintenance, info, Loss::instance, "in maintenance",
     "An operator has put the instance or its node into maintenance.", ""},
    {Code::disabled, info, Loss::instance, "out of service", "The instance is registered as out of service.", ""},
    {Code::weight_zero, info, Loss::instance, "weight 0",
     "Weight 0 means no traffic in the registry; Istio would read it as 1.", ""},
    {Code::no_port, warning, Loss::instance, "no usable port", "The instance has no port, or one outside 1 to 65535.",
     "Register the instance with its port."},
    {Code::no_address, warning, Loss::instance, "no usable address",
     "The instance has no address, or one that is neither an IP address nor a host name.",
     "Register the instance with its address."},
    {Code::duplicate_instance, info, Loss::instance, "same address and port as another",
     "Several instances have the same address and port; the healthiest of them stays.", ""},
    {Code::duplicate_of_stopped, info, Loss::instance, "same address and port as one that is stopped",
     "Another instance with the same address and port is in maintenance or out of service, so this one is left out "
     "too.",
     ""},
    {Code::host_altered, info, Loss::nothing, "host name altered",
     "The name has characters that a host name cannot have, or is too long.", "--host-template chooses another host."},
    {Code::host_invalid, error, Loss::service, "no valid host",
     "The host template gives no valid host for the service.", "--host-template chooses another host."},
    {Code::host_twins, error, Loss::service, "host taken by another service",
     "Several services come to the same host. Istio would serve only the oldest of them.",
     "Give them different hosts with --host-template, or leave one out with --exclude."},
    {Code::many_ports, warning, Loss::nothing, "many distinct ports",
     "The instances of the service have many different ports; each becomes a port in every proxy.",
     "--service-port 80 gives the service one port of its own."},
    {Code::port_not_everywhere, warning, Loss::nothing, "port not on every instance",
     "Not every instance has the port, and an Istio endpoint cannot opt out of one, so it is not exported.",
     "--service-port names the ports to export."},
    {Code::port_taken, warning, Loss::nothing, "port number already taken",
     "Two ports of the service would have the same number; the first one keeps it.", ""},
    {Code::port_invalid, warning, Loss::nothing, "port out of range",
     "One of the ports of an instance is outside 1 to 65535; its other ports are exported.",
     "Register the instance with its port."},
    {Code::tcp_without_address, error, Loss::service, "TCP without an address of its own",
     "A TCP service without an address takes all traffic on its port, to whatever destination, in every proxy without "
     "DNS "
     "capture.",
     "--dns-capture if the proxies resolve through Istio; --protocol if it is HTTP; --tcp-without-address=export to "
     "accept it; "
     "--exclude to leave it out."},
    {Code::unknown_protocol, warning, Loss::nothing, "unknown protocol",
     "Istio does not know the protocol that is named.",
     "Use one of tcp, http, http2, grpc, grpc-web, https, tls, mongo, redis, mysql."},
    {Code::protocol_conflict, warning, Loss::nothing, "protocols differ",
     "The instances of the service name different protocols; the most frequent one is taken.",
     "--protocol decides it for all."},
    {Code::tcp_port_withheld, error, Loss::nothing, "TCP port without an address of its own",
     "A TCP port without an address takes all traffic on its number, to whatever destination, in every proxy without "
     "DNS "
     "capture; the other ports of the service are exported.",
     "--dns-capture if the proxies resolve through Istio; --protocol if it is HTTP; --tcp-without-address=export to "
     "accept it."},
    {Code::mixed_location, warning, Loss::nothing, "partly external",
     "Only some instances are marked `external`; a ServiceEntry is one or the other, so it stays MESH_INTERNAL.", ""},
    {Code::label_altered, info, Loss::nothing, "label altered",
     "A label's key or value was not legal in Kubernetes and was made so.", ""},
    {Code::label_dropped, info, Loss::nothing, "label dropped",
     "A registry must not set labels that Istio or Kubernetes act upon, nor labels that cannot be made legal.", ""},
    {Code::secret_label, warning, Loss::nothing, "secret not exported", "The key or the value looks like a secret.",
     ""},
    {Code::weight_invalid, warning, Loss::nothing, "weight not usable",
     "The weight is negative or not a number; 1 is taken.", ""},
    {Code::metadata_invalid, warning, Loss::nothing, "metadata not usable",
     "The configuration takes a setting `fromMetadata`, and what the registry has there is no value of it.",
     "Correct the metadata in the registry."},
    {Code::no_usable_instance, warning, Loss::nothing, "no usable instance",
     "The service has no usable instance; it is kept, without endpoints, so that its address and its host stay.", ""},
    {Code::no_known_port, warning, Loss::service, "no known port",
     "No instance of the service has a port, so there is nothing that a ServiceEntry could hold.",
     "--service-port gives it one."},
    {Code::text_replaced, warning, Loss::nothing, "characters replaced",
     "Kubernetes refuses these characters; they were replaced by U+FFFD.", "Correct the text in the registry."},
    {Code::catch_all_clash, warning, Loss::nothing, "two catch-alls on one port",
     "Several TCP services without an address share a port: the oldest gets all of their traffic.",
     "Give them different ports with --service-port, or use --dns-capture."},
    {Code::reserved_port, warning, Loss::nothing, "port reserved by Istio",
     "Istio's own listeners use the ports 15001, 15006, 15021 and 15090; a service port with such a number is not "
     "reachable.",
     "--service-port gives the service another port."},
    {Code::address_shared, error, Loss::service, "address shared with another service",
     "The configuration gives several TCP services one address and one port; the proxies would listen for one of them "
     "only.",
     "Give each of them `addresses` of its own."},
    {Code::merge_settings, warning, Loss::nothing, "settings of merged sources differ",
     "A host has services of several merged sources, and their settings differ in what a ServiceEntry has only once; "
     "that of the first source by name is taken.",
     "Give both the same setting, for instance by a rule."},
    {Code::merge_incomplete, warning, Loss::nothing, "merge not read in full",
     "One of merged sources was not read in full: what is live of their hosts stays as it is, and no new one is "
     "written.",
     "Look at why the source was not read in full."},
    {Code::rule_unused, warning, Loss::nothing, "rule without a service",
     "A rule of the configuration was for no service of this run.", "Look for a mistyped name; or remove the rule."},

    {Code::too_many_endpoints, error, Loss::service, "more than 4096 endpoints",
     "A ServiceEntry holds at most 4096 endpoints.", "--layout=workload-entries writes one object per instance."},
    {Code::object_too_large, error, Loss::service, "object too large",
     "The object is larger than the 1.5 MiB that etcd takes in one request.",
     "--layout=workload-entries writes one object per instance."},
    {Code::istio_refuses, error, Loss::service, "refused by Istio's rules",
     "The object breaks a rule of Istio's or of its CRDs, so neither would take it.", ""},

    {Code::cluster_insecure, warning, Loss::nothing, "TLS of the cluster not verified",
     "The kubeconfig says insecure-skip-tls-verify: anyone on the way can answer in the API server's place and sees "
     "the "
     "credentials.",
     "Give the cluster's CA with certificate-authority or certificate-authority-data instead."},
    {Code::credentials_withheld, warning, Loss::nothing, "credentials not sent",
     "The API server's address is http://, and credentials are sent over https:// alone.",
     "Use the https:// address of the API server; behind `kubectl proxy` no credentials are needed."},
    {Code::api_warning, warning, Loss::nothing, "warning of the API server",
     "The API server took a request, but warns about it.", ""},
    {Code::object_unread, warning, Loss::nothing, "live object not understood",
     "A live object has a field that this program cannot read, so it counts as somebody else's: it is neither deleted "
     "nor written over.",
     "Look at the object; a newer version of this program may know the field."},
    {Code::host_of_others, error, Loss::nothing, "host of somebody else's object",
     "Another ServiceEntry, which is not ours, has the same host: Istio serves the older one, or mixes the endpoints "
     "of "
     "both.",
     "Delete the one that is not wanted, or leave the service out with --exclude."},
});

}  // namespace

std::span<const CodeInfo> all_codes() {
  return kTable;
}

const CodeInfo& code_info(int number) {
  const auto found = std::ranges::find(kTable, static_cast<Code>(number), &CodeInfo::code);
  if (found == kTable.end()) throw Error(ErrorKind::bug, fmt::format("code {} is not in the table", number));
  return *found;
}

const CodeInfo& code_info(Code code) {
  return code_info(static_cast<int>(code));
}

std::string code_name(int number) {
  return fmt::format("R2I{}", number);
}

Diagnostic diagnose(Code code, std::string subject, std::string message, std::string hint) {
  const CodeInfo& info = code_info(code);
  if (hint.empty()) hint = info.remedy;
  return {static_cast<int>(code), info.severity, std::move(subject), std::move(message), std::move(hint)};
}

}  // namespace r2i
