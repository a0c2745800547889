#include "sources/nacos_api.hpp"

#include "base/error.hpp"
#include "base/url.hpp"

#include <fmt/format.h>

#include <array>

namespace r2i::sources::nacos {

namespace {

struct Row {
  Api api;
  std::string_view version;
  Packing packing;
  std::string_view list;
  std::string_view page;
  std::string_view hosts;
  std::string_view service;
};

constexpr std::string_view kCatalog = "v1/ns/catalog/services";
constexpr std::string_view kAdmin = "v3/admin/ns/service/list";
constexpr std::array<Row, 4> kRows = {{
    {Api::admin_v3, "v3", Packing::envelope, kAdmin, kAdmin, "", "v3/admin/ns/service"},
    {Api::catalog_v1, "v1", Packing::bare, kCatalog, kCatalog, "", "v1/ns/service"},
    {Api::open_v1, "v1", Packing::bare, "v1/ns/service/list", "", "v1/ns/instance/list", "v1/ns/service"},
    {Api::open_v2, "v2", Packing::envelope, "v2/ns/service/list", "", "v2/ns/instance/list", "v2/ns/service"},
}};

const Row& row_of(Api api) {
  for (const Row& row : kRows) {
    if (row.api == api) return row;
  }
  throw Error(ErrorKind::bug, "no such API of Nacos");
}

}  // namespace

std::vector<Api> candidates(ApiVersion version) {
  switch (version) {
    case ApiVersion::v1:
      return {Api::catalog_v1, Api::open_v1};
    case ApiVersion::v2:
      return {Api::open_v2};
    case ApiVersion::v3:
      return {Api::admin_v3};
    case ApiVersion::found_out:
      break;
  }
  return {Api::admin_v3, Api::catalog_v1, Api::open_v1, Api::open_v2};
}

bool lists_with_instances(Api api) {
  return !row_of(api).page.empty();
}

Packing packing_of(Api api) {
  return row_of(api).packing;
}

std::string_view to_string(Api api) {
  return row_of(api).version;
}

bool is_absent(long status) {
  constexpr std::array<long, 4> kStatuses = {404, 405, 410, 501};
  for (const long absent : kStatuses) {
    if (status == absent) return true;
  }
  return false;
}

std::string parameter(std::string_view key, std::string_view value) {
  return value.empty() ? "" : fmt::format("&{}={}", key, percent_encode(value));
}

std::string namespace_parameter(std::string_view nspace) {
  return nspace == kPublic ? "" : parameter("namespaceId", nspace);
}

std::string_view list_path(Api api) {
  return row_of(api).list;
}

std::string_view page_path(Api api) {
  return row_of(api).page;
}

std::string_view hosts_path(Api api) {
  return row_of(api).hosts;
}

std::string_view service_path(Api api) {
  return row_of(api).service;
}

std::string list_query(Api api) {
  return lists_with_instances(api) ? "&withInstances=false" : "";
}

std::string page_query(Api /*api*/) {
  return "&withInstances=true";
}

std::string service_query(const ServiceKey& key) {
  return parameter("groupName", key.group) + parameter("serviceName", key.name);
}

}  // namespace r2i::sources::nacos
