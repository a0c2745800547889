#include "model/code_help.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <vector>

namespace r2i {

namespace {

constexpr auto kHelp = std::to_array<CodeHelp>({
    {Code::source_unreachable,
     "The registry did not answer, refused the request, or answered something that is not its API; after retries, "
     "where they make sense.",
     "R2I1001 error: consul/dc1: GET http://127.0.0.1:8500/v1/catalog/services: connection refused by 127.0.0.1:8500 "
     "after 4 attempts",
     "curl -i http://127.0.0.1:8500/v1/catalog/services"},
    {Code::service_unread,
     "The list of services was read, and the request for one of them failed, after retries; or the registry stopped "
     "answering before its turn came.",
     "R2I1002 error: service \"pay\" of consul/dc1: GET "
     "http://127.0.0.1:8500/v1/health/service/pay: 500 after 4 attempts: \"rpc error\"",
     "curl -i http://127.0.0.1:8500/v1/health/service/pay"},
    {Code::filtered_by_acl,
     "Consul answers with X-Consul-Results-Filtered-By-ACLs where the token lacks service:read or node:read on "
     "something.",
     "R2I1003 error: consul/dc1: the list of services lacks what the token may not see",
     "service_prefix \"\" { policy = \"read\" }\nnode_prefix \"\" { policy = \"read\" }"},
    {Code::stale_answer,
     "The server has lost its cluster, or the cluster has no leader; what it says may be minutes or days old.",
     "R2I1004 error: service \"pay\" of consul/dc1: even the server that was asked for a current answer has no leader",
     "consul operator raft list-peers"},
    {Code::list_without_consul,
     "A token that may read nothing gets a list that is empty, without a word about it; so does a request to "
     "something that is not Consul.",
     "R2I1005 error: consul/dc1: the list of 3 services lacks the service \"consul\"",
     "sources:\n- kind: consul\n  address: https://consul.example.com:8501\n  tokenFile: /run/secrets/consul-token"},
    {Code::service_vanished,
     "The service was deregistered a moment ago and the list is behind; or a token that may not read its nodes takes "
     "its instances away.",
     "R2I1006 error: service \"pay\" of consul/dc1: it is listed, but was answered without instances, twice",
     "consul catalog nodes -service=pay"},
    {Code::expectation_unmet,
     "The registry has lost services, has just started, or shows only a part of them; or the expectation is out of "
     "date.",
     "R2I1007 error: source \"consul\": expect.minServices is 100, but there are 3",
     "sources:\n- kind: consul\n  expect: {minServices: 100, services: [pay]}"},
    {Code::entry_malformed,
     "Something on the way changed the answer, or the server speaks another version of the API; of etcd: a program "
     "wrote a value in another layout.",
     "R2I1008 error: service \"pay\" of consul/dc1: entry 0 has no Service",
     "curl http://127.0.0.1:8500/v1/health/service/pay"},
    {Code::other_datacenter,
     "Several addresses of one source are agents of one datacenter that stand in for each other; these are not.",
     "R2I1009 error: consul/dc2: http://c2:8500 is of datacenter \"dc2\", not of \"dc1\"",
     "sources:\n- {name: dc1, kind: consul, address: \"http://c1:8500\"}\n- {name: dc2, kind: consul, address: "
     "\"http://c2:8500\"}"},
    {Code::case_variants,
     "A service was registered in several spellings. Consul's own DNS and API do not tell them apart.",
     "R2I1010 info: service \"Pay\" of consul/dc1: it is one with \"pay\"", "registry2istio why pay --from consul"},
    {Code::text_repaired, "Somebody registered text in another encoding, Latin-1 for instance.",
     "R2I1011 warning: service \"pay\" of consul/dc1: bytes that are no UTF-8 became U+FFFD",
     "registry2istio fetch --from consul | grep -n \xEF\xBF\xBD"},
    {Code::name_unaskable, "Consul takes such a name when it is registered, and refuses it in every request.",
     "R2I1012 warning: service \"\" of consul/dc1: left out: Consul refuses requests for this name",
     "consul services deregister -id=ID-OF-THE-INSTANCE"},
    {Code::snapshot_invalid,
     "The file was written by hand or by another program, was cut short, or is of a newer version.",
     "R2I1020 error: standard input:7:33: services[0].instance: unknown key (did you mean \"instances\"?)",
     "registry2istio fetch --from consul --output-file snapshot.json"},
    {Code::snapshot_incomplete,
     "The snapshot was taken with --allow-partial while its registry could not be read in full; or the program that "
     "wrote it says so.",
     "R2I1021 error: consul/dc1 in standard input: service \"web\": no answer (and 1 more)",
     "registry2istio fetch --from consul --output-file snapshot.json"},
    {Code::source_insecure,
     "The source says insecureSkipVerify, or the registry's own variable: CONSUL_HTTP_SSL_VERIFY, "
     "ETCDCTL_INSECURE_SKIP_TLS_VERIFY.",
     "R2I1030 warning: source \"consul\": the certificate of the registry is not verified",
     "sources:\n- kind: consul\n  address: https://consul.example.com:8501\n  caFile: consul-ca.pem"},
    {Code::protection_reached,
     "The operator gave the service a protection threshold in Nacos, and the healthy part of its enabled instances is "
     "not above it; Nacos then calls all of them healthy to its own clients, so that the few are not overrun.",
     "R2I1040 warning: service \"pay\" of nacos/public: too few of its instances are healthy, so that Nacos gives out "
     "all of them as healthy",
     "curl -X PUT http://127.0.0.1:8848/nacos/v1/ns/service -d 'serviceName=pay&protectThreshold=0'"},
    {Code::list_moved,
     "The server gives fewer services at once than there are, and services come and go so often that a page always "
     "lacks one or has one twice; or something before it answers from a cache.",
     "R2I1041 error: nacos/public: the pages of the list of services do not fit together, again and again",
     "registry2istio check source --from nacos"},
    {Code::namespace_empty,
     "Nacos keeps the instances of its clients in memory: after a restart of all its servers there are none until the "
     "clients come back, some seconds to minutes later. Or nothing is registered there, or the namespace has another "
     "id.",
     "R2I1042 error: nacos/public: the namespace has no services, as on a server that has just been started",
     "sources:\n- kind: nacos\n  address: http://nacos.example.com:8848\n  namespace: [public]\n  trustEmpty: true"},
    {Code::services_vanish, "The server was started anew during the reading, or services are being removed in bulk.",
     "R2I1043 error: nacos/public: there were 400 services when the reading began, and 12 when it ended",
     "registry2istio check source --from nacos"},
    {Code::root_empty,
     "The prefix is misspelt, or of another layout; the store was lost and begun anew; or every instance has gone, "
     "leases and all.",
     "R2I1050 error: etcd/services: there is no key below the prefix", "etcdctl get --prefix --keys-only --limit=20 /"},
    {Code::key_ignored,
     "Other programs keep something below the same prefix: locks, leaders, settings; or the layout is not the one that "
     "the services are written in.",
     "R2I1051 info: etcd/services: key \"/services/lock\": the key is not of the form {service:**}/{id}",
     "etcdctl get --prefix --keys-only /services/"},

    {Code::session_lost,
     "The connection broke or the server closed the session, and three more did not last either. A server that is "
     "overloaded does that, and an ensemble that elects a leader.",
     "R2I1060 error: zookeeper/services: zk1:2181: connection loss; begun 4 times", "echo srvr | nc zk1 2181"},
    {Code::node_denied,
     "The node has an ACL that asks for somebody else. ZooKeeper takes any password: a wrong one shows here.",
     "R2I1061 error: service \"pay\" of zookeeper/services: node \"/services/pay\": its ACL does not let us read it",
     "zkCli.sh -server zk1:2181 getAcl /services/pay"},
    {Code::node_unread, "The server answered with an error that is about this node alone.",
     "R2I1062 error: service \"pay\" of zookeeper/services: node \"/services/pay/1\": bad arguments",
     "zkCli.sh -server zk1:2181 get /services/pay/1"},
    {Code::node_vanished, "Instances are ephemeral nodes, which come and go while a tree is read.",
     "R2I1063 info: zookeeper/services: node \"/services/pay/1\": it was listed, and gone when it was asked for",
     "registry2istio why pay --from zookeeper=zk1:2181"},
    {Code::tree_empty,
     "The root or the chroot is another one; the layout is another one; or every session has ended, as after an outage "
     "of the ensemble that was longer than their timeout, while the instances may be well.",
     "R2I1064 error: zookeeper/services: none of its 12 services has an instance",
     "zkCli.sh -server zk1:2181 ls -R /services"},
    {Code::dubbo_metadata_missing,
     "Instances with dubbo.metadata.storage-type=remote write what they offer below dubboRoot, in metadata/; there is "
     "no such node for this revision.",
     "R2I1065 info: service \"pay\" of zookeeper/services: there is no node \"/dubbo/metadata/pay/2f1\", which should "
     "say what it offers",
     "zkCli.sh -server zk1:2181 ls /dubbo/metadata/pay"},
    {Code::registry_starting,
     "A Eureka keeps nothing over a restart. It answers from its first second on, while its clients register anew, one "
     "by one; so it does where all of them were deployed anew at once.",
     "R2I1070 error: eureka/default: http://e1:8761/eureka has just started: its registrations go back 42 s, and 180 s "
     "are wanted",
     "sources:\n- kind: eureka\n  addresses: [\"http://e1:8761/eureka\", \"http://e2:8761/eureka\"]\n  warmUp: 5m"},
    {Code::registry_empty,
     "The registry has restarted and nothing has come back to it yet; or it is another one than was meant.",
     "R2I1071 error: eureka/default: the registry has no service, as one that has just started",
     "curl -H 'Accept: application/json' http://e1:8761/eureka/apps"},
    {Code::count_mismatch,
     "Instances came or went while the answer was written, or the server has counted wrongly, as Eureka does at times.",
     "R2I1072 warning: eureka/default: it counts \"UP_4_\", but its answer has \"UP_3_\"",
     "curl -H 'Accept: application/json' http://e1:8761/eureka/apps | grep -o '\"status\":\"[A-Z_]*\"' | sort | "
     "uniq -c"},

    {Code::own_service, "Every registry lists itself, or keeps lists of its own among its services.",
     "R2I2001 info: service \"consul\" of consul/dc1: left out: it is the registry itself",
     "registry2istio why consul --from consul"},
    {Code::sidecar_or_gateway, "Every instance of the service has a kind, such as Consul's connect-proxy.",
     "R2I2002 info: service \"pay-sidecar-proxy\" of consul/dc1: left out with 1 instance: a sidecar or a gateway",
     "registry2istio why pay-sidecar-proxy --from consul"},
    {Code::excluded_by_name,
     "A pattern of --include, --exclude, or of `include` and `exclude` in the configuration decides it, before the "
     "registry is asked for its instances.",
     "R2I2003 info: service \"cron-job\" of consul/dc1: left out: --exclude matches",
     "registry2istio export --from consul --exclude 'cron-*'"},
    {Code::kubernetes_copy, "A sync such as consul-k8s registers pods with the metadata external-source: kubernetes.",
     "R2I2004 info: service \"half\" of consul/dc1, instance \"10.0.1.2-8080\" on \"node-1\" (10.0.1.2:8080): left "
     "out: copied from Kubernetes",
     "registry2istio why half --from consul"},
    {Code::kubernetes_service,
     "A sync such as consul-k8s registers pods with the metadata external-source: kubernetes.",
     "R2I2005 info: service \"kube-dns\" of consul/dc1: left out with 1 instance: copied from Kubernetes",
     "registry2istio why kube-dns --from consul"},
    {Code::sidecar_instance,
     "The instance has a kind, such as Consul's connect-proxy, and others of its service have none.",
     "R2I2006 info: service \"half\" of consul/dc1, instance \"10.0.1.4-21000\" on \"node-1\" (10.0.1.4:21000): left "
     "out: a sidecar or a gateway",
     "registry2istio why half --from consul"},
    {Code::dropped_by_rule, "A rule, or defaults, that hold for the service, or for each of its instances, say so.",
     "R2I2007 info: service \"internal\" of consul/dc1: left out by rule \"not for the mesh\" (config.yaml:6)",
     "rules:\n- name: not for the mesh\n  match: {service: internal}\n  set: {drop: true}"},
    {Code::instance_dropped, "A rule that asks something of instances holds for this one.",
     "R2I2008 info: service \"pay\" of consul/dc1, instance \"10.0.0.3-80\" on \"node-1\" (10.0.0.3:80): left out by "
     "rule \"no canaries\" (config.yaml:9)",
     "rules:\n- name: no canaries\n  match: {tag: canary}\n  set: {drop: true}"},
    {Code::unhealthy,
     "A health check of the instance is critical; or in state warning, where the policy is passing. Of Consul the "
     "default takes warning, of other registries only passing.",
     "R2I2010 info: service \"pay\" of nacos/dc1, instance \"10.0.0.2-8080\" on \"node-1\" (10.0.0.2:8080): left out: "
     "it is warning, and the health policy is passing (default)",
     "defaults:\n  health: any   # and let Istio's outlier detection decide"},
    {Code::in_maintenance, "Somebody ran `consul maint`, or the registry's own word for it.",
     "R2I2011 info: service \"pay\" of consul/dc1, instance \"10.0.0.2-8080\" on \"node-1\" (10.0.0.2:8080): left out: "
     "in maintenance",
     "consul maint -disable -service=ID-OF-THE-INSTANCE"},
    {Code::disabled, "It is OUT_OF_SERVICE in Eureka, disabled in Nacos, or the like.",
     "R2I2012 info: service \"pay\" of consul/dc1, instance \"10.0.0.5-8080\" on \"node-1\" (10.0.0.5:8080): left out: "
     "out of service",
     "registry2istio why pay --from consul"},
    {Code::weight_zero, "Somebody took the instance out of the traffic by its weight; or a rule sets weight: 0.",
     "R2I2013 info: service \"pay\" of consul/dc1, instance \"10.0.0.6-8080\" on \"node-1\" (10.0.0.6:8080): left out: "
     "weight 0",
     "rules:\n- name: weights of the registry do not count\n  match: {service: pay}\n  set: {weight: 1}"},
    {Code::no_port,
     "The instance was registered without a port; or it lacks the port that servicePorts, or the other instances, ask "
     "for.",
     "R2I2014 warning: service \"pay\" of consul/dc1, instance \"10.0.0.7-None\" on \"node-1\" (10.0.0.7): left out: "
     "no "
     "usable port",
     "{\"Name\": \"pay\", \"Address\": \"10.0.0.7\", \"Port\": 8080}"},
    {Code::no_address, "Neither the instance nor its node was registered with an address that Istio takes.",
     "R2I2015 warning: service \"pay\" of consul/dc1, instance \"nowhere\" (:1): left out: no usable address",
     "{\"Name\": \"pay\", \"Address\": \"10.0.0.7\", \"Port\": 8080}"},
    {Code::duplicate_instance, "A process was registered twice, on two agents or under two ids.",
     "R2I2016 info: service \"ghost\" of consul/dc1, instance \"ghost-2\" on \"n2\" (10.0.6.1:8080): left out: same "
     "address and port as another",
     "consul services deregister -id=ghost-2"},
    {Code::duplicate_of_stopped,
     "A process was registered twice, and one of both registrations was put into maintenance or out of service.",
     "R2I2017 info: service \"pay\" of consul/dc1, instance \"twin\" on \"node-1\" (10.0.0.4:8080): left out: same "
     "address and port as one that is stopped",
     "consul services deregister -id=twin"},
    {Code::host_altered,
     "Host names have lower-case letters, digits and dashes, 63 of them between two dots; everything else became a "
     "dash, and what was too long was cut and got a hash.",
     "R2I2020 info: service \"EMPTY\" of eureka/default: its host is empty.eureka",
     "rules:\n- name: the name that clients use\n  match: {service: EMPTY}\n  set: {host: empty.example.com}"},
    {Code::host_invalid,
     "What the template gives is longer than 253 characters or no host name; or the metadata that the configuration "
     "takes the host from has none.",
     "R2I2021 error: service \"bad\" of consul/dc1: its metadata \"h\" is \"not a host\", which is no host name",
     "rules:\n- name: a host for bad\n  match: {service: bad}\n  set: {host: bad.example.com}"},
    {Code::host_twins,
     "Two sources have a service of one name; two names differ only in characters that a host cannot have; or the "
     "template leaves out what tells them apart. The service whose own name the host is keeps it.",
     "R2I2022 error: service \"pay\" of east/dc1: withheld: service \"pay\" of west/dc1 comes to the host "
     "pay.service.consul, too",
     "defaults:\n  host: \"{service}.{source}.example.com\""},
    {Code::many_ports,
     "A scheduler gives each instance a port of its own. Each distinct one becomes a port of the service, and each "
     "that comes or goes a full push to every proxy.",
     "R2I2030 warning: service \"pay\" of consul/dc1: its instances have 10 distinct ports; each is exported",
     "rules:\n- name: dynamic ports\n  match: {service: pay}\n  set: {servicePorts: [80]}"},
    {Code::port_not_everywhere, "Some instances offer a port, for instance with TLS, that others lack.",
     "R2I2031 warning: service \"shop\" of eureka/dc1: port \"https\" (8443) is on 1 of 2 instances and not exported",
     "rules:\n- name: only what has TLS\n  match: {service: shop}\n  set: {servicePorts: [8443]}"},
    {Code::port_taken, "Two ports of an instance that have different names or protocols lead to one number.",
     "R2I2032 warning: service \"clash\" of eureka/dc1: port 2000 of \"b\" is taken by http-2000",
     "rules:\n- name: ports of clash\n  match: {service: clash}\n  set: {servicePorts: [2000]}"},
    {Code::port_invalid, "The registry does not check what is registered.",
     "R2I2033 warning: service \"pay\" of consul/dc1, instance \"two\" (10.0.0.9:8080): its port 70000 is not exported",
     "registry2istio why pay --from consul"},
    {Code::tcp_without_address,
     "All ports of the service are TCP, by its metadata, a tag, or a well-known port number; and nothing says that the "
     "host has an address of its own.",
     "R2I2040 error: service \"postgres\" of consul/dc1: withheld: port 5432 is TCP (well-known port 5432) and the "
     "host "
     "has no address of its own",
     "rules:\n- name: databases have addresses\n  match: {service: postgres}\n  set: {addresses: [240.240.0.10]}"},
    {Code::unknown_protocol, "The metadata or the registry names a protocol that is not among Istio's.",
     "R2I2041 warning: service \"odd\" of consul/dc1: the protocol \"smoke\" is unknown and not considered",
     "rules:\n- name: smoke is TCP\n  match: {service: odd}\n  set: {protocol: tcp}"},
    {Code::protocol_conflict, "Instances were registered by different versions of a deployment.",
     "R2I2042 warning: service \"mixed\" of consul/dc1: its instances say 1 GRPC, 1 HTTP; GRPC is taken",
     "rules:\n- name: mixed speaks gRPC\n  match: {service: mixed}\n  set: {protocol: grpc}"},
    {Code::tcp_port_withheld,
     "Some ports of the service are TCP, by its metadata, a tag, or a well-known port number; and nothing says that "
     "the host has an address of its own.",
     "R2I2043 error: service \"both\" of consul/dc1: partly withheld: port 5432 is TCP (well-known port 5432) and the "
     "host has no address of its own",
     "rules:\n- name: both has an address\n  match: {service: both}\n  set: {addresses: [240.240.0.11]}"},
    {Code::mixed_location, "Some instances have the metadata `external`, others of the same service have not.",
     "R2I2045 warning: service \"half\" of consul/dc1: 1 of 2 instances are marked external",
     "rules:\n- name: half is outside\n  match: {service: half}\n  set: {location: external}"},
    {Code::label_altered, "Kubernetes allows letters, digits, dashes, underscores and dots, 63 of them.",
     "R2I2050 info: service \"pay\" of consul/dc1, instance \"10.0.0.1-8080\" on \"node-1\" (10.0.0.1:8080): the label "
     "\"odd key\"=\"a value!\" becomes odd-key=a-value",
     "defaults:\n  renameLabels: {odd key: odd}"},
    {Code::label_dropped,
     "A tag or metadata of the registry names a label of istio.io, kubernetes.io or k8s.io, or one of which nothing "
     "legal is left. The configuration may set such a label.",
     "R2I2051 info: service \"pay\" of consul/dc1, instance \"10.0.0.1-8080\" on \"node-1\" (10.0.0.1:8080): the label "
     "\"security.istio.io/tlsMode\" is reserved and not exported",
     "defaults:\n  sidecarNetworks: [10.244.0.0/16]"},
    {Code::secret_label, "A tag or metadata that would become a label is called like a secret, or looks like one.",
     "R2I2052 warning: service \"pay\" of consul/dc1, instance \"10.0.0.2-8080\" on \"node-1\" (10.0.0.2:8080): the "
     "label \"password\" is not exported",
     "rules:\n- name: labels of pay\n  match: {service: pay}\n  set: {labelKeys: [version]}"},
    {Code::weight_invalid, "The registry does not check what is registered.",
     "R2I2053 warning: service \"bad\" of consul/dc1, instance \"10.0.2.1-8080\" on \"node-1\" (10.0.2.1:8080): its "
     "weight -1 counts as 1",
     "rules:\n- name: weights of bad\n  match: {service: bad}\n  set: {weight: 1}"},
    {Code::metadata_invalid, "The configuration lets the registry choose a setting, and it chose nonsense.",
     "R2I2054 warning: service \"pay\" of consul/dc1: its metadata \"p\" is \"amqp\", which is no protocol",
     "defaults:\n  protocol: {fromMetadata: p}"},
    {Code::no_usable_instance,
     "All of its instances are unhealthy, in maintenance or out of service; or it has none. Clients get an error, and "
     "their traffic goes nowhere else.",
     "R2I2060 warning: service \"down\" of consul/dc1: none of its 2 instances is usable; it is exported without "
     "endpoints",
     "registry2istio why down --from consul"},
    {Code::no_known_port, "The service has no instance, or only such without an address or a port.",
     "R2I2061 warning: service \"portless\" of consul/dc1: left out: no instance has an address and a port",
     "rules:\n- name: a port for portless\n  match: {service: portless}\n  set: {servicePorts: [80]}"},
    {Code::text_replaced, "A name, a scope or a locality has control characters, or such as YAML 1.1 changes.",
     "R2I2070 warning: service \"pay\xEF\xBF\xBD\" of consul/dc1: in its name",
     "registry2istio fetch --from consul --output-file snapshot.json"},
    {Code::catch_all_clash,
     "The setting tcpWithoutAddress is export, and several of the services that it lets through have one port.",
     "R2I2080 warning: service \"b\" of consul/dc1: service \"a\" of consul/dc1 is a catch-all on port 5432, too; the "
     "object that was created first gets the traffic of both, of objects created together a.service.consul",
     "rules:\n- name: b has an address\n  match: {service: b}\n  set: {addresses: [240.240.0.12]}"},
    {Code::reserved_port, "An instance is registered with such a port, or servicePorts names it.",
     "R2I2081 warning: service \"reserved\" of consul/dc1: its port 15001 is one of Istio's own",
     "rules:\n- name: another port\n  match: {service: reserved}\n  set: {servicePorts: [80]}"},
    {Code::address_shared, "A rule that gives `addresses` is for several services with the same port.",
     "R2I2082 error: service \"a\" of consul/dc1: withheld: service \"b\" of consul/dc1 has the address 240.240.0.1 "
     "and "
     "the port 5432, too",
     "rules:\n- {name: a, match: {service: a}, set: {addresses: [240.240.0.1]}}\n- {name: b, match: {service: b}, set: "
     "{addresses: [240.240.0.2]}}"},
    {Code::merge_settings,
     "Rules or defaults that hold for one of the merged sources say something else for the other.",
     "R2I2083 warning: service \"pay\" of consul/merged: its sources have different values of exportTo: what source "
     "\"consul\" (config.yaml:7) says is taken, not source \"eureka\" (config.yaml:14)",
     "rules:\n- name: the same for both\n  match: {service: pay}\n  set: {exportTo: [.]}"},
    {Code::merge_incomplete, "A registry of the merge is down, half started, or shows only a part of itself.",
     "R2I2084 warning: merge \"shop\": its 2 hosts are withheld: eureka/default was not read in full",
     "registry2istio check source -c mesh.yaml"},
    {Code::rule_unused, "No service of this run fits all that the rule's `match` asks.",
     "R2I2090 warning: config.yaml:10:3: rules[2]: the rule \"mistyped\" is for no service",
     "registry2istio export -c mesh.yaml -o name"},

    {Code::too_many_endpoints, "The service has more usable instances than Istio's CRD allows in one object.",
     "R2I3001 error: service \"many\" of consul/dc1: withheld: it has 4097 endpoints",
     "rules:\n- name: many instances\n  match: {service: many}\n  set: {layout: workload-entries}"},
    {Code::object_too_large, "The endpoints of the service, with their labels, add up to more than that.",
     "R2I3002 error: service \"wide\" of consul/dc1: withheld: it has more than 1500000 bytes",
     "rules:\n- name: many labels\n  match: {service: wide}\n  set: {layout: workload-entries}"},
    {Code::istio_refuses,
     "What the configuration and the registry say of the service does not fit together; the message names the field.",
     "R2I3003 error: service \"pay\" of consul/dc1: withheld: ServiceEntry: spec.exportTo[1]: \"mesh\" comes twice "
     "(\".\" is the namespace mesh): once is enough",
     "registry2istio why pay --from consul"},

    {Code::cluster_insecure, "The kubeconfig's cluster was set up without its CA.",
     "R2I4001 warning: cluster \"prod\" of /home/me/.kube/config: the API server's certificate is not checked",
     "kubectl config set-cluster prod --certificate-authority=ca.pem --embed-certs\nkubectl config set-cluster prod "
     "--insecure-skip-tls-verify=false"},
    {Code::credentials_withheld, "The server of the kubeconfig's cluster, or --server, begins with http://.",
     "R2I4002 warning: user \"admin\" of /home/me/.kube/config: they are not sent to http://127.0.0.1:8001, which is "
     "not https://",
     "kubectl config set-cluster prod --server=https://api.example.com:6443"},
    {Code::api_warning, "A deprecated version, a field that is unknown there, or an admission webhook.",
     "R2I4003 warning: https://api.example.com:6443: networking.istio.io/v1beta1 ServiceEntry is deprecated",
     "registry2istio check cluster"},
    {Code::object_unread, "It was written by a newer Istio or a newer version of this program, or by hand.",
     "R2I4004 warning: ServiceEntry mesh/pay.service.consul: spec.ports[0].number: expected a number, got a string; "
     "the "
     "object is left as it is",
     "kubectl get serviceentry -n mesh pay.service.consul -o yaml"},
    {Code::host_of_others, "Somebody wrote a ServiceEntry for the host by hand, or another tool did.",
     "R2I4010 error: ServiceEntry mesh/pay.service.consul: ServiceEntry legacy/pay of kubectl has the host, too",
     "kubectl delete serviceentry -n legacy pay"},
});

}  // namespace

std::span<const CodeHelp> all_code_help() {
  return kHelp;
}

const CodeHelp& code_help(Code code) {
  const auto found = std::ranges::find(kHelp, code, &CodeHelp::code);
  if (found == kHelp.end())
    throw Error(ErrorKind::bug, fmt::format("{} is not explained", code_name(static_cast<int>(code))));
  return *found;
}

bool is_ignorable(const CodeInfo& info) {
  constexpr int kFirstConversion = 2000;
  constexpr int kFirstLimit = 3000;
  const int number = static_cast<int>(info.code);
  return info.severity != Severity::error || (number >= kFirstConversion && number < kFirstLimit);
}

std::string_view severity_name(Severity severity) {
  switch (severity) {
    case Severity::info:
      return "info";
    case Severity::warning:
      return "warning";
    case Severity::error:
      return "error";
  }
  return "";
}

const CodeInfo* find_code(std::string_view text) {
  const bool prefixed = text.size() > 3 && equals_ignoring_case(text.substr(0, 3), "R2I");
  const std::string_view digits = prefixed ? text.substr(3) : text;
  int number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size()) return nullptr;
  const auto found = std::ranges::find(all_codes(), static_cast<Code>(number), &CodeInfo::code);
  return found == all_codes().end() ? nullptr : &*found;
}

std::string did_you_mean_code(std::string_view text) {
  std::vector<std::string> names;
  for (const CodeInfo& info : all_codes()) names.push_back(code_name(static_cast<int>(info.code)));
  const bool prefixed = text.size() > 3 && equals_ignoring_case(text.substr(0, 3), "R2I");
  return did_you_mean(fmt::format("R2I{}", prefixed ? text.substr(3) : text), names);
}

}  // namespace r2i
