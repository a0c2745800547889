#include "sources/nacos_options.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <utility>

namespace r2i::sources::nacos {

namespace {

constexpr std::uint16_t kDefaultPort = 8848;

std::optional<std::string> first_of(const Environment& environment, std::string_view own) {
  if (auto value = environment.get(own)) return value;
  const std::string_view name = own.substr(std::string_view("NACOS_").size());
  std::string joined(name);  // as Spring's documents write it: without what stands for a dash
  std::erase(joined, '_');
  for (const std::string_view prefix : {"SPRING_CLOUD_NACOS_DISCOVERY_", "SPRING_CLOUD_NACOS_"}) {
    if (auto value = environment.get(fmt::format("{}{}", prefix, name))) return value;
    if (auto value = environment.get(fmt::format("{}{}", prefix, joined))) return value;
  }
  return std::nullopt;
}

std::string context_path(const Values& values) {
  const std::string text = values.text("contextPath").value_or("/nacos");
  std::string_view path = trim(text);
  while (path.ends_with('/')) path.remove_suffix(1);
  while (path.starts_with('/')) path.remove_prefix(1);
  if (path.find_first_of("?# ") != std::string_view::npos) {
    throw values.error("contextPath", fmt::format("expected a path, got {}", in_quotes(text)));
  }
  return path.empty() ? "" : fmt::format("/{}", path);
}

/// Whether the address itself says where the API is.
bool has_path(const Server& server) {
  const auto host = server.base_url.find("://") + std::string_view("://").size();
  return server.base_url.find('/', host) != std::string::npos;
}

std::vector<Place> read_places(const SourceSpec& spec, const Values& values, const Environment& environment,
                               const net::HttpOptions& http) {
  SourceSpec given = spec;
  if (given.addresses.empty()) {
    for (const std::string& item : split(environment.get("NACOS_SERVER_ADDR").value_or(""), ',')) {
      if (const auto address = trim(item); !address.empty()) given.addresses.emplace_back(address);
    }
  }
  const std::string path = context_path(values);
  std::vector<Place> places;
  for (Server& server : read_servers(given, {std::string(kDefaultAddress), kDefaultPort, false}, http)) {
    Place place;
    if (!has_path(server)) {
      server.base_url += path;
      if (server.http.unix_socket.empty()) server.display = server.base_url;
    }
    // Nacos knows no basic authentication: whoever is named in an address is to log in.
    place.user = std::exchange(server.http.basic_user, {});
    place.password = std::exchange(server.http.basic_password, {});
    if (place.user.empty()) place.user = values.text("username").value_or("");
    place.server = std::move(server);
    places.push_back(std::move(place));
  }
  return places;
}

ApiVersion read_api(const Values& values) {
  const std::string text = values.choice("apiVersion", {"auto", "v1", "v2", "v3"});
  if (text == "v1") return ApiVersion::v1;
  if (text == "v2") return ApiVersion::v2;
  return text == "v3" ? ApiVersion::v3 : ApiVersion::found_out;
}

void sort_unique(std::vector<std::string>& names) {
  std::ranges::sort(names);
  const auto twins = std::ranges::unique(names);
  names.erase(twins.begin(), twins.end());
}

void check_pairs(const Values& values, const Options& options) {
  const auto both = [&](std::string_view name, std::string_view secret, std::string_view file) {
    const bool has_name = values.text(name).has_value();
    const bool has_secret = values.text(file).has_value() || !values.secret(secret).empty();
    if (has_name != has_secret) {
      throw values.error(has_name ? secret : name, fmt::format("{} and {} must both be given", name, secret));
    }
  };
  both("accessKey", "secretKey", "secretKeyFile");
  both("identityKey", "identityValue", "identityValueFile");
  const bool has_password = values.text("passwordFile").has_value() || !values.secret("password").empty();
  for (const Place& place : options.places) {
    const bool lacks_one = place.user.empty() ? has_password : place.password.empty() && !has_password;
    if (lacks_one) throw values.error("username", "username and password must both be given");
  }
}

}  // namespace

Environment native_names(const Environment& environment) {
  constexpr std::array<std::string_view, 8> kNames = {
      "NACOS_SERVER_ADDR", "NACOS_NAMESPACE",  "NACOS_USERNAME",          "NACOS_PASSWORD",
      "NACOS_ACCESS_KEY",  "NACOS_SECRET_KEY", "NACOS_AUTH_IDENTITY_KEY", "NACOS_AUTH_IDENTITY_VALUE"};
  std::map<std::string, std::string, std::less<>> variables;
  for (const std::string_view name : kNames) {
    auto value = first_of(environment, name);
    if (!value && name == "NACOS_NAMESPACE") value = environment.get("ALIBABA_ALIWARE_NAMESPACE");
    if (value) variables.emplace(name, std::move(*value));
  }
  return Environment(std::move(variables));
}

Options read_options(const SourceSpec& spec, const FetchOptions& fetch, const Values& values,
                     const Environment& environment) {
  Options options;
  net::HttpOptions http = read_http_options(values, fetch);
  options.verify_tls = !values.boolean("insecureSkipVerify", false);
  http.verify_tls = options.verify_tls;
  options.places = read_places(spec, values, environment, http);
  options.namespaces = values.list("namespace");
  if (options.namespaces.empty()) options.namespaces = {std::string(kPublic)};
  options.groups = values.list("group");
  options.clusters = values.list("cluster");
  for (auto* names : {&options.namespaces, &options.groups, &options.clusters}) sort_unique(*names);
  options.api = read_api(values);
  options.access_key = values.text("accessKey").value_or("");
  options.identity_key = values.text("identityKey").value_or("");
  options.page_size = values.count("pageSize", options.page_size);
  if (options.page_size == 0) throw values.error("pageSize", "expected a number above 0");
  options.trust_empty = values.boolean("trustEmpty", false);
  check_pairs(values, options);
  return options;
}

}  // namespace r2i::sources::nacos
