#pragma once

#include <string_view>

namespace r2i {

// The names and addresses that Istio and Kubernetes take. Sources: istio/istio pkg/config/labels and
// pkg/config/validation/agent; Kubernetes' apimachinery pkg/util/validation.

/// DNS-1123 label as Istio reads it: letters, digits and inner '-', at most 63.
bool is_dns_label(std::string_view text);
/// The name of a Kubernetes namespace: a DNS label in lower case.
bool is_namespace(std::string_view text);
/// The name of a Kubernetes object: a DNS subdomain in lower case, at most 253.
bool is_object_name(std::string_view text);

/// A host name as we write it: labels joined by '.', at most 255 bytes, the last one not a number.
bool is_host_name(std::string_view text);
/// A host name as Istio takes it: as is_host_name(), with a '.' at the end or without.
bool is_fqdn(std::string_view text);
/// As is_fqdn(), where the first label may be `*` or begin with `*` or `*-`. One label alone may be a number.
bool is_wildcard_host(std::string_view text);

/// An IP address without a zone.
bool is_ip_address(std::string_view text);
/// An IP address as Istio takes it: one of version 6 may have a zone (`fe80::1%eth0`).
bool is_zoned_ip_address(std::string_view text);
/// `10.0.0.0/8`, `2001:db8::/32`; bits behind the prefix may be set.
bool is_subnet(std::string_view text);
/// `unix:///path/to/socket` or `unix://@abstract`.
bool is_unix_address(std::string_view text);
inline constexpr std::string_view kUnixPrefix = "unix://";

/// `[prefix/]name` as Istio takes it on an endpoint; on an object's metadata the prefix is in lower case, too.
bool is_label_key(std::string_view text);
bool is_metadata_key(std::string_view text);
/// What Kubernetes takes as a label's value: at most 63 characters.
bool is_label_value(std::string_view text);
/// The same without a limit: Istio does not count the characters of an endpoint's labels.
bool is_endpoint_label_value(std::string_view text);

}  // namespace r2i
