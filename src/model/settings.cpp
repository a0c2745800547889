#include "model/settings.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace r2i {

namespace {

constexpr auto kSettings = std::to_array<SettingInfo>({
    {"config", "--config", 'c', "FILE", true, "", "none", "Sources",
     "Read sources, defaults and rules from this file. Several are merged, by the names of sources and rules."},
    {"from", "--from", 0, "KIND[=ADDRESS]", true, "", "", "Sources",
     "A registry to read: consul, consul=https://c:8501, exec=PROGRAM, file=snapshot.json, file=- or file=DIRECTORY. "
     "Settings of the source follow as a query: 'consul=https://c:8501?datacenter=dc2&name=west'. May be given several "
     "times."},
    {"include", "--include", 0, "GLOB", true, "", "all", "Sources", "Take only the services whose name matches."},
    {"exclude", "--exclude", 0, "GLOB", true, "", "none", "Sources", "Leave out the services whose name matches."},
    {"requestTimeout", "--request-timeout", 0, "DURATION", false, "", "30s", "Sources",
     "How long one request may take; 0 means no limit."},
    {"parallelism", "--parallelism", 0, "N", false, "", "16", "Sources", "How many requests run at once."},
    {"allowPartial", "--allow-partial", 0, "", false, "", "", "Sources",
     "Go on with what was read when a source is incomplete, and do not exit 3 for it."},

    {"namespace", "--namespace", 'n', "NAMESPACE", false, "", "none", "Conversion",
     "The namespace of the objects. What has none goes into that of the kubeconfig's context."},
    {"owner", "--owner", 0, "NAME", false, "", "default", "Conversion",
     "The owner that the objects are marked with; for a cluster it has to be given."},
    {"health", "--health", 0, "POLICY", false, "warning|passing|any", "warning for consul, else passing", "Conversion",
     "Which instances become endpoints: those that are at least in state warning, those that are passing, or any."},
    {"host", "--host-template", 0, "TEMPLATE", false, "", "{service}.service.consul for consul", "Conversion",
     "The host of a service, from {service}, {group}, {namespace}, {datacenter}, {kind}, {source}, {scope} and {peer}, "
     "with functions: {group|default:shared|replace:_:-}."},
    {"servicePorts", "--service-port", 0, "PORT", true, "", "the instances' port", "Conversion",
     "A port of every service: a number, or `instance` for each distinct port of its instances. May be given several "
     "times."},
    {"protocol", "--protocol", 0, "PROTOCOL", false, "tcp|http|http2|grpc|grpc-web|https|tls|mongo|redis|mysql",
     "found out", "Conversion", "The protocol of every port."},
    {"exportTo", "--export-to", 0, "NAMESPACE", true, "", "the mesh's default", "Conversion",
     "Make the hosts visible in this namespace only (`.`: the object's own). May be given several times."},
    {"dnsCapture", "--dns-capture", 0, "", false, "", "", "Conversion",
     "The proxies resolve names through Istio (ISTIO_META_DNS_CAPTURE), which gives every host an address of its own."},
    {"tcpWithoutAddress", "--tcp-without-address", 0, "WHAT", false, "withhold|export", "withhold", "Conversion",
     "What to do with a TCP service that has no address of its own and so takes all traffic on its port."},
    {"layout", "--layout", 0, "LAYOUT", false, "inline|workload-entries", "inline", "Conversion",
     "Endpoints inside the ServiceEntry, or one WorkloadEntry for each."},

    {"drop", "", 0, "", false, "", "", "Conversion", "Leave the service out, or those of its instances that match."},
    {"aliases", "", 0, "TEMPLATE", true, "", "none", "Conversion",
     "Further hosts of a service, each a ServiceEntry of its own."},
    {"addresses", "", 0, "ADDRESS", true, "", "none", "Conversion",
     "The service's own addresses (virtual IPs), which the proxies listen on: IP addresses, or networks."},
    {"resolution", "", 0, "RESOLUTION", false, "static|dns|dns-round-robin", "static, with host names dns",
     "Conversion", "How the proxies find the endpoints' addresses."},
    {"location", "", 0, "LOCATION", false, "internal|external", "internal", "Conversion",
     "Whether the service is part of the mesh, or outside of it."},
    {"subjectAltNames", "", 0, "TEMPLATE", true, "", "none", "Conversion",
     "The names that the certificates of the endpoints must have."},
    {"objectLabels", "", 0, "KEY: VALUE", false, "", "none", "Conversion",
     "Labels of the objects, for instance `istio.io/rev`; the values are templates. A label that changes makes istiod "
     "push everything to every proxy."},
    {"objectAnnotations", "", 0, "KEY: VALUE", false, "", "none", "Conversion",
     "Annotations of the objects; the values are templates."},
    {"labels", "", 0, "KEY: VALUE", false, "", "none", "Conversion",
     "Labels of the endpoints; the values are templates."},
    {"labelKeys", "", 0, "PATTERN", true, "",
     "version, env, environment, zone, canary, stage, track, release, color, tier", "Conversion",
     "The keys of the registry's metadata, and of tags `key=value`, that become labels of endpoints."},
    {"renameLabels", "", 0, "KEY: VALUE", false, "", "none", "Conversion",
     "Keys of the registry's metadata and tags that become labels under another name."},
    {"weight", "", 0, "NUMBER", false, "", "the registry's", "Conversion",
     "The weight of an endpoint; 0 leaves the instance out."},
    {"weightScale", "", 0, "NUMBER", false, "", "1", "Conversion", "What the weight of an endpoint is multiplied by."},
    {"locality", "", 0, "TEMPLATE", false, "", "the registry's, else the datacenter", "Conversion",
     "The locality of an endpoint: region/zone/subzone."},
    {"localityMap", "", 0, "KEY: VALUE", false, "", "none", "Conversion",
     "Localities, or the first parts of one, and what stands for them in the mesh: `dc1: eu-west/eu-west-1a`."},
    {"tlsMode", "", 0, "MODE", false, "istio|disabled", "none", "Conversion",
     "Whether the endpoints have a sidecar that takes Istio's mutual TLS."},
    {"sidecarNetworks", "", 0, "NETWORK", true, "", "none", "Conversion",
     "Networks whose instances have a sidecar: their endpoints get tlsMode istio."},
    {"serviceAccount", "", 0, "TEMPLATE", false, "", "none", "Conversion",
     "The service account of the endpoints; with it, the proxies check the identity in mutual TLS."},
    {"network", "", 0, "NAME", false, "", "none", "Conversion",
     "The network of the endpoints, in a mesh of several networks."},

    {"kubeconfig", "--kubeconfig", 0, "FILE", false, "", "KUBECONFIG, else ~/.kube/config", "Cluster",
     "The kubeconfig to use; inside of a pod none is needed."},
    {"context", "--context", 0, "NAME", false, "", "the current one", "Cluster", "The context of the kubeconfig."},
    {"cluster", "--cluster", 0, "NAME", false, "", "the context's", "Cluster", "The cluster of the kubeconfig."},
    {"user", "--user", 0, "NAME", false, "", "the context's", "Cluster", "The user of the kubeconfig."},
    {"server", "--server", 0, "URL", false, "", "the cluster's", "Cluster", "The address of the API server."},
    {"tokenFile", "--token-file", 0, "FILE", false, "", "none", "Cluster",
     "A file with a bearer token, used in place of the user's credentials."},
    {"as", "--as", 0, "USER", false, "", "none", "Cluster", "The user to impersonate."},
    {"asGroups", "--as-group", 0, "GROUP", true, "", "none", "Cluster",
     "A group to impersonate. May be given several times."},
    {"fieldManager", "--field-manager", 0, "NAME", false, "", "registry2istio-OWNER", "Cluster",
     "The field manager that server-side apply sets fields as; objects that it did not apply are not ours."},

    {"target", "--target", 0, "cluster|PATH", false, "", "cluster", "Plan",
     "What to compare with: the cluster, or a directory or file of manifests."},
    {"plan", "--plan", 0, "FILE", false, "", "none", "Plan",
     "Apply exactly this saved plan (diff --out), and nothing if an object has changed since. Reads no source."},
    {"out", "--out", 0, "FILE", false, "", "none", "Plan", "Save the plan to this file for apply --plan."},
    {"prune", "--prune", 0, "", false, "", "", "Plan",
     "Delete the emptied ServiceEntries of services that are gone for longer than --prune-after."},
    {"pruneAfter", "--prune-after", 0, "DURATION", false, "", "1h", "Plan",
     "How long a service must be gone before --prune deletes its ServiceEntry."},
    {"pruneSources", "--prune-source", 0, "SOURCE[/SCOPE]", true, "", "none", "Plan",
     "Treat the services of a source, or of one of its scopes, as gone although it is not read any more. May be given "
     "several times."},
    {"renameSources", "--rename-source", 0, "OLD=NEW", true, "", "none", "Plan",
     "Take the objects of the source OLD as those of NEW. May be given several times."},
    {"allowMove", "--allow-move", 0, "", false, "", "", "Plan",
     "Let a service's object change its name or namespace: the new one is created, then the old one deleted."},
    {"adopt", "--adopt", 0, "", false, "", "", "Plan",
     "Take over objects of the same name that somebody else has made."},
    {"forceConflicts", "--force-conflicts", 0, "", false, "", "", "Plan",
     "Take over fields that another manager owns with another value."},
    {"dryRun", "--dry-run", 0, "WHERE", false, "none|client|server", "none", "Plan",
     "Write nothing: client only makes the plan, server asks the API server about every change."},
    {"yes", "--yes", 'y', "", false, "", "", "Plan",
     "Answer the question of --prune with yes; without a terminal it has to be given. Guards hold nevertheless."},

    {"maxDelete", "--max-delete", 0, "N", false, "", "10", "Guards",
     "Delete no more ServiceEntries of a scope than this in one run."},
    {"maxDeletePercent", "--max-delete-percent", 0, "PERCENT", false, "", "30", "Guards",
     "Delete no more of a scope's ServiceEntries than this part; one is always allowed."},
    {"maxShrinkPercent", "--max-shrink-percent", 0, "PERCENT", false, "", "50", "Guards",
     "Take away no more of a scope's endpoints than this part."},
    {"allowEmpty", "--allow-empty", 0, "SOURCE/SCOPE", true, "", "none", "Guards",
     "Believe that this scope has no service any more. May be given several times."},
    {"maxSnapshotAge", "--max-snapshot-age", 0, "DURATION", false, "", "10m", "Guards",
     "A snapshot older than this, or of unknown age, deletes and shrinks nothing; 0 means no limit."},

    {"diffOutput", "--output", 'o', "FORMAT", false, "text|unified|json|markdown|name", "text", "Output",
     "The format of what is printed.", "R2I_DIFF_OUTPUT"},
    {"outputDir", "--output-dir", 0, "DIR", false, "", "none", "Output",
     "Write one file for each object into this directory, and remove those of services that are gone."},
    {"check", "--check", 0, "", false, "", "", "Output", "Write nothing, and exit 1 if the directory would change."},
    {"kustomization", "--kustomization", 0, "", false, "", "", "Output",
     "Keep a kustomization.yaml in the directory that lists its files."},
    {"metricsTextfile", "--metrics-textfile", 0, "FILE", false, "", "none", "Output",
     "Write metrics of the run to this file, whatever it ends with, for Prometheus's textfile collector."},
    {"textOutput", "--output", 'o', "FORMAT", false, "text|json", "text", "Output", "The format of what is printed.",
     "R2I_TEXT_OUTPUT"},
    {"report", "--report", 0, "FORMAT=FILE", true, "", "none", "Output",
     "Write what the run has to say to this file, whatever it ends with: json=FILE, junit=FILE or markdown=FILE. May "
     "be "
     "given several times."},
    {"output", "--output", 'o', "FORMAT", false, "yaml|json|name", "yaml", "Output", "The format of what is printed."},
    {"showOrigin", "--show-origin", 0, "", false, "", "", "Output",
     "Show every setting in force, and the file, variable or flag that it comes from."},
    {"configOutput", "--output", 'o', "FORMAT", false, "text|json", "text", "Output", "The format of what is printed.",
     "R2I_CHECK_CONFIG_OUTPUT"},
    {"sourceOutput", "--output", 'o', "FORMAT", false, "table|json|name", "table", "Output",
     "The format of what is printed.", "R2I_CHECK_SOURCE_OUTPUT"},
    {"apiVersion", "--api-version", 0, "VERSION", false, "v1|v1beta1", "v1", "Output",
     "The version of networking.istio.io: v1beta1 for Istio before 1.22."},
    {"keepSecrets", "--keep-secrets", 0, "", false, "", "", "Output",
     "Keep values that look like secrets instead of writing <redacted>."},
    {"outputFile", "--output-file", 0, "FILE", false, "", "standard output", "Output",
     "Write to this file, which only its owner can read, by renaming it into place."},

    {"strict", "--strict", 0, "", false, "", "", "Messages",
     "Let a warning decide the exit code as an error does: 3 for one of a source, else 1. What is written stays the "
     "same."},
    {"ignore", "--ignore", 0, "CODE", true, "", "none", "Messages",
     "Neither show nor count diagnostics with this code (R2I2010), nor let them decide the exit code. May be given "
     "several times."},
    {"verbose", "--verbose", 'v', "", false, "", "", "Messages", "Show every diagnostic, not only errors and counts."},
    {"quiet", "--quiet", 'q', "", false, "", "", "Messages", "Show errors only: no summary, no progress."},
    {"color", "--color", 0, "WHEN", false, "auto|always|never", "auto", "Messages", "Colour in messages."},
});

constexpr auto kSourceSettings = std::to_array<SourceSettingInfo>({
    {"", "name", "text", "", "the kind", "What the source is called in labels, messages and snapshots."},
    {"", "merge", "text", "", "none",
     "Sources with the same one here are one: a host gets the endpoints of all of them, and objects are labelled with "
     "this name."},
    {"", "include", "list", "", "all", "Only the services whose name matches one of these patterns exist for us."},
    {"", "exclude", "list", "", "none", "The services whose name matches one of these patterns do not exist for us."},
    {"", "expect.minServices", "count", "", "0", "With fewer services the source is incomplete."},
    {"", "expect.minInstances", "count", "", "0", "With fewer instances the source is incomplete."},
    {"", "expect.services", "list", "", "none", "Services that must be there, separated by commas."},

    {"exec", "arguments", "list", "", "none",
     "The program's arguments, separated by commas; a comma behind a backslash is part of one."},
    {"exec", "timeout", "duration", "", "60s", "How long the program may run; 0 means no limit."},
    {"exec", "maxAnswerBytes", "count", "", "536870912", "The most bytes that it may print."},

    {"consul", "datacenter", "list", "", "the agent's own", "A datacenter, several separated by commas, or `all`."},
    {"consul", "localDatacenter", "text", "", "the agent's own",
     "The datacenter whose hosts have no datacenter in them."},
    {"consul", "namespace", "text", "CONSUL_NAMESPACE", "none", "Enterprise: the namespace to read."},
    {"consul", "partition", "text", "CONSUL_PARTITION", "none", "Enterprise: the admin partition to read."},
    {"consul", "peer", "text", "", "none", "The cluster peer whose imported services are read."},
    {"consul", "filter", "text", "", "none", "A filter expression for instances."},
    {"consul", "serviceFilter", "text", "", "none", "A filter expression for the list of services."},
    {"consul", "nodeMeta", "list", "", "none", "Only nodes with this `key:value`; several separated by commas."},
    {"consul", "consistency", "stale|default|consistent", "", "stale", "stale, default or consistent."},
    {"consul", "maxStale", "duration", "", "5s", "How long a server may be out of touch with the leader."},
    {"consul", "token", "secret", "CONSUL_HTTP_TOKEN", "none",
     "The ACL token; only a configuration file takes it, from a variable: `${NAME}`."},
    {"consul", "tokenFile", "text", "CONSUL_HTTP_TOKEN_FILE", "none",
     "A file with the ACL token; read again when a request is refused."},
    {"consul", "caFile", "text", "CONSUL_CACERT", "the system's", "CA certificates that replace the system's."},
    {"consul", "caDir", "text", "CONSUL_CAPATH", "none", "A directory of CA certificates that replace the system's."},
    {"consul", "certFile", "text", "CONSUL_CLIENT_CERT", "none", "The client's certificate."},
    {"consul", "keyFile", "text", "CONSUL_CLIENT_KEY", "none", "The client's key."},
    {"consul", "tlsServerName", "text", "CONSUL_TLS_SERVER_NAME", "the address's host",
     "The name that the server's certificate must have."},
    {"consul", "insecureSkipVerify", "boolean", "CONSUL_HTTP_SSL_VERIFY", "false",
     "Do not verify the server's certificate."},
    {"consul", "trustView", "boolean", "", "false", "What the token may not see is not meant to be exported."},
    {"consul", "emulator", "boolean", "", "false",
     "The server only speaks Consul's API and has no service \"consul\"."},
    {"consul", "maxAnswerBytes", "count", "", "536870912", "The most bytes that one answer may have."},

    {"eureka", "vip", "list", "", "all", "Only the instances of these virtual addresses, separated by commas."},
    {"eureka", "instanceAddress", "ip|host|public-ip", "", "ip",
     "Which address of an instance is taken: ipAddr, hostName, or Amazon's public one; where it is missing, another."},
    {"eureka", "region", "text", "", "none",
     "The region of the instances that do not say theirs: the first part of their locality."},
    {"eureka", "warmUp", "duration", "", "3m",
     "How long a server that has started counts as incomplete, by the times in its answer; 0 turns it off."},
    {"eureka", "trustEmpty", "boolean", "", "false", "A registry without services is not incomplete."},
    {"eureka", "username", "text", "", "the address's", "The user of addresses that name none."},
    {"eureka", "password", "secret", "", "the address's",
     "The user's password; only a configuration file takes it, from a variable: `${NAME}`."},
    {"eureka", "passwordFile", "text", "", "none",
     "A file with the user's password; read again when a request is refused."},

    {"nacos", "namespace", "list", "NACOS_NAMESPACE", "public",
     "The id of a namespace, several separated by commas, or `all`."},
    {"nacos", "group", "list", "", "all", "Only the services of this group; several separated by commas."},
    {"nacos", "cluster", "list", "", "all", "Only the instances of this cluster; several separated by commas."},
    {"nacos", "apiVersion", "auto|v1|v2|v3", "", "auto", "auto, v1, v2 or v3: which of Nacos's APIs to use."},
    {"nacos", "contextPath", "text", "", "/nacos", "The path below which the API is, where the address has none."},
    {"nacos", "username", "text", "NACOS_USERNAME", "none", "The user to log in as."},
    {"nacos", "password", "secret", "NACOS_PASSWORD", "none",
     "The user's password; only a configuration file takes it, from a variable: `${NAME}`."},
    {"nacos", "passwordFile", "text", "", "none", "A file with the password; read again when a request is refused."},
    {"nacos", "accessKey", "text", "NACOS_ACCESS_KEY", "none", "The access key that requests are signed for."},
    {"nacos", "secretKey", "secret", "NACOS_SECRET_KEY", "none",
     "The key that requests are signed with; only a configuration file takes it, from a variable: `${NAME}`."},
    {"nacos", "secretKeyFile", "text", "", "none",
     "A file with the key that requests are signed with; read again when a request is refused."},
    {"nacos", "identityKey", "text", "NACOS_AUTH_IDENTITY_KEY", "none",
     "The name of a header that every request has, as Nacos's server identity."},
    {"nacos", "identityValue", "secret", "NACOS_AUTH_IDENTITY_VALUE", "none",
     "The value of that header; only a configuration file takes it, from a variable: `${NAME}`."},
    {"nacos", "identityValueFile", "text", "", "none",
     "A file with the value of that header; read again when a request is refused."},
    {"nacos", "pageSize", "count", "", "500", "How many services one page has."},
    {"nacos", "trustEmpty", "boolean", "", "false", "A namespace without services is meant to be empty."},

    {"eureka|nacos|etcd", "caFile", "text", "", "the system's", "CA certificates that replace the system's."},
    {"eureka|nacos|etcd", "caDir", "text", "", "none", "A directory of CA certificates that replace the system's."},
    {"eureka|nacos|etcd", "certFile", "text", "", "none", "The client's certificate."},
    {"eureka|nacos|etcd", "keyFile", "text", "", "none", "The client's key."},
    {"eureka|nacos|etcd", "tlsServerName", "text", "", "the address's host",
     "The name that the server's certificate must have."},
    {"eureka|nacos|etcd", "insecureSkipVerify", "boolean", "", "false", "Do not verify the server's certificate."},
    {"eureka|nacos|etcd", "maxAnswerBytes", "count", "", "536870912", "The most bytes that one answer may have."},

    {"etcd", "layout", "dubbo|go-micro|go-zero|grpc|kratos|skydns|template", "", "required",
     "How services are written: as one of these does it, or template, as the settings below say."},
    {"etcd", "prefix", "list", "", "the layout's usual one",
     "Below which keys the services are; several separated by commas, `*` for every key. Each is a scope."},
    {"etcd", "username", "text", "ETCDCTL_USER", "none",
     "Who to log in as; the variable may be NAME:PASSWORD, as etcdctl has it."},
    {"etcd", "password", "secret", "ETCDCTL_PASSWORD", "none",
     "The user's password; only a configuration file takes it, from a variable: `${NAME}`."},
    {"etcd", "passwordFile", "text", "", "none",
     "A file with the user's password; read again when logging in is refused."},
    {"etcd", "api", "auto|grpc|json", "", "auto",
     "gRPC, which etcd's own clients speak, or the JSON gateway, which takes longer; auto is gRPC where it gets "
     "through."},
    {"etcd", "consistency", "linearizable|serializable", "", "linearizable",
     "linearizable asks the whole cluster; serializable believes the one server, if it has a leader."},
    {"etcd", "pageSize", "count", "", "5000", "How many keys one answer may have."},
    {"etcd", "trustEmpty", "boolean", "", "false", "A prefix without any service is no sign of a fault."},

    {"zookeeper", "layout", "curator|dubbo|dubbo-applications|template", "", "curator",
     "How services are written: as Curator and Spring Cloud do it, as Dubbo 2 or Dubbo 3, or template, as the settings "
     "below say."},
    {"zookeeper", "root", "list", "", "the layout's usual one",
     "Below which node the services are; several separated by commas, `/` for the whole tree. Each is a scope."},
    {"zookeeper", "dubboRoot", "text", "", "/dubbo",
     "Where Dubbo 3 keeps which interfaces an application offers; with the layout dubbo-applications."},
    {"zookeeper", "username", "text", "", "none", "Who to be, by the scheme digest."},
    {"zookeeper", "password", "secret", "", "none",
     "The user's password; only a configuration file takes it, from a variable: `${NAME}`."},
    {"zookeeper", "passwordFile", "text", "", "none",
     "A file with the user's password; read again when a node may not be read."},
    {"zookeeper", "trustEmpty", "boolean", "", "false", "A root without any instance is no sign of a fault."},

    {"etcd|zookeeper", "key", "text", "", "the layout's",
     "The pattern of the keys behind the prefix or the root, as in `{service}/{id}`."},
    {"etcd|zookeeper", "serviceFrom", "list", "", "the layout's, else {service}",
     "Where the service's name stands; several are put together with a colon between them."},
    {"etcd|zookeeper", "groupFrom", "text", "", "the layout's, else {group}", "Where the service's group stands."},
    {"etcd|zookeeper", "instancesFrom", "text", "", "the layout's, else the value",
     "Where in the value a list of instances stands."},
    {"etcd|zookeeper", "idFrom", "text", "", "the layout's, else {id}", "Where an instance's id stands."},
    {"etcd|zookeeper", "addressFrom", "text", "", "the layout's, else {address}",
     "Where an instance's address stands: HOST, HOST:PORT, a URL, or a list of these."},
    {"etcd|zookeeper", "portFrom", "text", "", "the layout's, else the address's", "Where an instance's port stands."},
    {"etcd|zookeeper", "protocolFrom", "text", "", "the layout's, else the address's scheme",
     "Where the protocol of an instance's port stands."},
    {"etcd|zookeeper", "metadataFrom", "list", "", "the layout's",
     "What becomes metadata of an instance: an object, all of whose members do, or `NAME=` and what stands elsewhere."},
    {"etcd|zookeeper", "tagsFrom", "text", "", "the layout's", "Where an instance's tags stand."},
    {"etcd|zookeeper", "weightFrom", "text", "", "the layout's, else {weight}", "Where an instance's weight stands."},
    {"etcd|zookeeper", "healthFrom", "text", "", "the layout's, else {health}",
     "Where an instance's health stands: passing, up, true, …; a word that is not known is taken for critical."},
    {"etcd|zookeeper", "enabledFrom", "text", "", "the layout's",
     "Where it stands whether an instance takes requests."},
    {"etcd|zookeeper", "disabledFrom", "text", "", "the layout's",
     "Where it stands whether an instance takes no requests."},
    {"etcd|zookeeper", "localityFrom", "text", "", "the layout's",
     "Where an instance's locality stands: region/zone/subzone."},
});

constexpr auto kProtocols = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"tcp", "TCP"},           {"http", "HTTP"},      {"http/1.1", "HTTP"}, {"http1", "HTTP"},  {"http2", "HTTP2"},
    {"h2", "HTTP2"},          {"h2c", "HTTP2"},      {"grpc", "GRPC"},     {"tri", "GRPC"},    {"triple", "GRPC"},
    {"grpc-web", "GRPC-WEB"}, {"https", "HTTPS"},    {"tls", "TLS"},       {"mongo", "MONGO"}, {"mongodb", "MONGO"},
    {"redis", "REDIS"},       {"mysql", "MYSQL"},    {"dubbo", "TCP"},     {"thrift", "TCP"},  {"rest", "HTTP"},
    {"ws", "HTTP"},           {"websocket", "HTTP"},
});

}  // namespace

Shape shape_of(const SettingInfo& setting) {
  if (setting.metavar.empty()) return Shape::boolean;
  if (setting.metavar == "KEY: VALUE") return Shape::map;
  if (setting.repeatable) return Shape::list;
  if (!setting.choices.empty()) return Shape::choice;
  if (setting.metavar == "DURATION") return Shape::duration;
  const bool is_number = setting.metavar == "N" || setting.metavar == "PERCENT" || setting.metavar == "NUMBER";
  return is_number ? Shape::number : Shape::text;
}

bool may_come_from_metadata(const SettingInfo& setting) {
  constexpr std::array<std::string_view, 4> kKeys = {"host", "protocol", "weight", "locality"};
  return std::ranges::find(kKeys, setting.key) != kKeys.end();
}

std::span<const SettingInfo> all_settings() {
  return kSettings;
}

const SettingInfo& setting_info(std::string_view key) {
  const auto found = std::ranges::find(kSettings, key, &SettingInfo::key);
  if (found == kSettings.end()) throw Error(ErrorKind::bug, fmt::format("there is no setting {}", key));
  return *found;
}

std::string environment_name(const SettingInfo& setting) {
  if (!setting.environment.empty()) return std::string(setting.environment);
  if (setting.flag.empty()) return "";
  std::string name = "R2I_";
  for (const char c : setting.flag.substr(2)) name += c == '-' ? '_' : static_cast<char>(c - 'a' + 'A');
  return name;
}

std::span<const SourceSettingInfo> all_source_settings() {
  return kSourceSettings;
}

bool applies_to(const SourceSettingInfo& setting, std::string_view kind) {
  if (setting.kind.empty() || setting.kind == kind) return true;
  const auto kinds = split(setting.kind, '|');
  return std::ranges::find(kinds, kind) != kinds.end();
}

std::vector<std::string> kinds_with_settings() {
  std::set<std::string> kinds;
  for (const SourceSettingInfo& setting : kSourceSettings) {
    if (setting.kind.empty()) continue;
    for (std::string& kind : split(setting.kind, '|')) kinds.insert(std::move(kind));
  }
  return {kinds.begin(), kinds.end()};
}

std::optional<std::string> protocol_from(std::string_view text) {
  const std::string lower = to_lower(trim(text));
  const auto found = std::ranges::find(kProtocols, lower, &std::pair<std::string_view, std::string_view>::first);
  if (found == kProtocols.end()) return std::nullopt;
  return std::string(found->second);
}

}  // namespace r2i
