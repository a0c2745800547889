#pragma once

#include "sources/nacos_options.hpp"
#include "sources/nacos_parse_list.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace r2i::sources::nacos {

/// The ways in which a server can be asked for services. The first two tell the services of all groups with their
/// instances, some hundred in one answer, and the health that is registered. The other two list one group, want a
/// request for each service, and call all instances healthy where protection is reached.
enum class Api {
  admin_v3,    ///< Nacos 3
  catalog_v1,  ///< Nacos 1 and 2
  open_v1,     ///< Nacos 1 to 3.1, and servers that only speak its API
  open_v2,
};

/// Those that may be tried, the best first.
std::vector<Api> candidates(ApiVersion version);
bool lists_with_instances(Api api);
Packing packing_of(Api api);
std::string_view to_string(Api api);  ///< "v3"

/// Whether an answer of this status says that the server has no such API: 404, and 410 where it is switched off.
bool is_absent(long status);

/// `&key=value`, or nothing where the value is empty.
std::string parameter(std::string_view key, std::string_view value);
/// `&namespaceId=…`; the public namespace is the default of every version, under two ids.
std::string namespace_parameter(std::string_view nspace);

// Paths below the context path; their parameters follow as those of parameter().
std::string_view list_path(Api api);     ///< the list of services, of all groups or of one
std::string_view page_path(Api api);     ///< a page of services with their instances
std::string_view hosts_path(Api api);    ///< the instances of a service
std::string_view service_path(Api api);  ///< a service without its instances
std::string list_query(Api api);         ///< what makes it a list without instances
std::string page_query(Api api);         ///< what makes it a page with instances
std::string service_query(const ServiceKey& key);

}  // namespace r2i::sources::nacos
