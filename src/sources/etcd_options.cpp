#include "sources/etcd_options.hpp"

#include "base/text.hpp"
#include "base/url.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace r2i::sources::etcd {

namespace {

constexpr std::uint16_t kDefaultPort = 2379;
constexpr std::string_view kEveryKey = "*";

// etcdctl/ctlv3/ctl.go
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kNative = {
    {{"caFile", "ETCDCTL_CACERT"},
     {"certFile", "ETCDCTL_CERT"},
     {"insecureSkipVerify", "ETCDCTL_INSECURE_SKIP_TLS_VERIFY"},
     {"keyFile", "ETCDCTL_KEY"}}};

bool has_scheme(std::string_view address) {
  return address.find("://") != std::string_view::npos || address.starts_with("unix:");
}

/// As etcdctl: an address without a scheme is spoken to over TLS if there is anything to do so with.
bool wants_tls(const Values& values, const Environment& environment) {
  const auto insecure = environment.get("ETCDCTL_INSECURE_TRANSPORT");
  return values.text("caFile") || values.text("caDir") || values.text("certFile") || values.text("tlsServerName") ||
         values.boolean("insecureSkipVerify", false) || (insecure && parse_boolean(*insecure) == false);
}

std::string with_tls(const std::string& address) {
  const auto url = parse_url(address);
  const bool needs_port = url && !url->port;
  return fmt::format("https://{}{}", address, needs_port ? fmt::format(":{}", kDefaultPort) : "");
}

Root read_root(const Values& values, std::string_view text) {
  if (text == kEveryKey) return {"", std::string(kEveryKey), ""};
  std::string_view name = text;
  while (name.starts_with('/')) name.remove_prefix(1);
  while (name.ends_with('/')) name.remove_suffix(1);
  if (name.empty())
    throw values.error("prefix", fmt::format("{} names no folder of keys; * stands for every key", in_quotes(text)));
  Root root{std::string(text), std::string(name), std::string(name.substr(name.rfind('/') + 1))};
  if (!root.prefix.ends_with('/')) root.prefix += '/';
  return root;
}

std::vector<Root> read_roots(const Values& values, const std::string& layout) {
  std::vector<std::string> texts = values.list("prefix");
  if (texts.empty()) {
    const std::string_view usual = KeyLayout::usual_root(layout);
    if (usual.empty()) {
      throw values.error("prefix",
                         fmt::format("the layout {} has no usual place: say below which keys the services are, "
                                     "for instance prefix=/services, or * for every key",
                                     layout));
    }
    texts = {std::string(usual)};
  }
  std::vector<Root> roots;
  roots.reserve(texts.size());
  for (const std::string& text : texts) roots.push_back(read_root(values, text));
  std::ranges::sort(roots, {}, &Root::prefix);
  for (std::size_t i = 0; i < roots.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (roots[i].prefix.starts_with(roots[j].prefix))
        throw values.error("prefix", fmt::format("{} lies within {}", roots[i].name, roots[j].name));
      if (roots[i].name == roots[j].name)
        throw values.error("prefix", fmt::format("{} and {} differ in slashes alone: their scopes would have one name",
                                                 roots[j].prefix, roots[i].prefix));
    }
  }
  return roots;
}

KeyLayout read_layout(const Values& values, const std::string& name) {
  constexpr std::array<std::string_view, 13> kOne = {
      "key",      "groupFrom",  "instancesFrom", "idFrom",      "addressFrom",  "portFrom",    "protocolFrom",
      "tagsFrom", "weightFrom", "healthFrom",    "enabledFrom", "disabledFrom", "localityFrom"};
  LayoutTexts own;
  for (const std::string_view key : kOne) {
    if (const auto text = values.text(key)) own[std::string(key)] = {*text};
  }
  for (const std::string_view key : {"serviceFrom", "metadataFrom"}) own[std::string(key)] = values.list(key);
  auto layout = KeyLayout::make(name, own);
  if (!layout) throw values.error(layout.error().setting, layout.error().message);
  return std::move(*layout);
}

}  // namespace

std::string_view native_variable(std::string_view key) {
  const auto found = std::ranges::find(kNative, key, &std::pair<std::string_view, std::string_view>::first);
  return found == kNative.end() ? std::string_view() : found->second;
}

SourceSpec with_native_environment(const SourceSpec& spec, const Environment& environment) {
  SourceSpec full = spec;
  const auto give = [&](std::string_view key, std::string value, std::string_view variable) {
    if (full.values.contains(std::string(key))) return;
    full.values.emplace(key, std::move(value));
    full.places.emplace(key, fmt::format("{}: {}", spec.text, variable));
  };
  for (const auto& [key, variable] : kNative) {
    if (auto value = environment.get(variable)) give(key, std::move(*value), variable);
  }
  if (full.addresses.empty()) {
    for (const std::string& address : split(environment.get("ETCDCTL_ENDPOINTS").value_or(""), ',')) {
      if (!trim(address).empty()) full.addresses.emplace_back(trim(address));
    }
  }
  // etcdctl takes the password from the user's variable, unless it has one of its own.
  const auto user = environment.get("ETCDCTL_USER");
  const bool has_password = full.secrets.contains("password") || full.values.contains("passwordFile") ||
                            environment.get("ETCDCTL_PASSWORD").has_value();
  if (user && !full.values.contains("username") && !has_password) {
    if (const auto colon = user->find(':'); colon != std::string::npos) {
      give("username", user->substr(0, colon), "ETCDCTL_USER");
      full.secrets.emplace("password", Secret(user->substr(colon + 1)));
    }
  }
  return full;
}

Options read_options(const SourceSpec& spec, const FetchOptions& fetch, const Values& values,
                     const Environment& environment) {
  const auto layout = values.text("layout");
  if (!layout) {
    throw values.error("layout",
                       fmt::format("say how the services are written: one of {}", join(KeyLayout::names(), ", ")));
  }
  net::HttpOptions http = read_http_options(values, fetch);
  Options options;
  options.layout = read_layout(values, *layout);
  options.roots = read_roots(values, *layout);
  for (const Root& root : options.roots) {
    if (options.layout.has_no_service() && root.service.empty())
      throw values.error("key",
                         "nothing tells the services apart: the pattern needs {service}, or prefix= a folder for each");
  }
  options.verify_tls = !values.boolean("insecureSkipVerify", false);
  http.verify_tls = options.verify_tls;
  // Pages come one after the other.
  http.window = 1;
  SourceSpec addressed = spec;
  if (addressed.addresses.empty()) addressed.addresses = {std::string(kDefaultAddress)};
  if (wants_tls(values, environment)) {
    for (std::string& address : addressed.addresses) {
      if (!has_scheme(address)) address = with_tls(address);
    }
  }
  options.servers = read_servers(addressed, {"", kDefaultPort, false}, http);
  options.username = values.text("username").value_or("");
  const std::string api = values.choice("api", {"auto", "grpc", "json"});
  options.api = api == "grpc" ? ApiChoice::grpc : api == "json" ? ApiChoice::json : ApiChoice::automatic;
  const std::string consistency = values.choice("consistency", {"linearizable", "serializable"});
  options.serializable = consistency == "serializable";
  options.page_size = values.count("pageSize", options.page_size);
  if (options.page_size == 0) throw values.error("pageSize", "expected a number above 0");
  options.trust_empty = values.boolean("trustEmpty", false);
  return options;
}

}  // namespace r2i::sources::etcd
