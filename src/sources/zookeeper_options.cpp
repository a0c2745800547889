#include "sources/zookeeper_options.hpp"

#include "base/text.hpp"
#include "base/url.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace r2i::sources::zookeeper {

namespace {

constexpr std::uint16_t kDefaultPort = 2181;
constexpr std::string_view kWholeTree = "*";
/// Requests that wait their turn in one connection cost nothing, other than connections: a window that is too small
/// waits for the network after each of them.
constexpr std::size_t kPipelined = 16;
constexpr std::size_t kMostPipelined = 500;  // a server throttles above 1000 (globalOutstandingLimit)

struct LayoutName {
  std::string_view name;
  Form form;
  std::string_view usual_root;
};
constexpr std::array kLayouts = {
    LayoutName{"curator", Form::curator, "/services"}, LayoutName{"dubbo", Form::layout, "/dubbo"},
    LayoutName{"dubbo-applications", Form::dubbo_applications, "/services"}, LayoutName{"template", Form::layout, ""}};

constexpr std::array<std::string_view, 15> kLayoutSettings = {
    "key",         "serviceFrom", "groupFrom",    "instancesFrom", "idFrom",
    "addressFrom", "portFrom",    "protocolFrom", "tagsFrom",      "weightFrom",
    "healthFrom",  "enabledFrom", "disabledFrom", "localityFrom",  "metadataFrom"};

std::string normal_path(std::string_view text) {
  while (text.ends_with('/')) text.remove_suffix(1);
  while (text.starts_with("//")) text.remove_prefix(1);
  return text.empty() || text.starts_with('/') ? std::string(text) : "/" + std::string(text);
}

std::string scope_name(const Root& root) {
  return root.path.empty() ? std::string(kWholeTree) : root.path.substr(1);
}

std::vector<Root> read_roots(const Values& values, const LayoutName& layout) {
  std::vector<std::string> texts = values.list("root");
  if (texts.empty()) {
    if (layout.usual_root.empty()) {
      throw values.error("root", fmt::format("the layout {} has no usual place: say below which node the services are, "
                                             "for instance root=/services, or / for the whole tree",
                                             layout.name));
    }
    texts = {std::string(layout.usual_root)};
  }
  std::vector<Root> roots;
  roots.reserve(texts.size());
  for (const std::string& text : texts) {
    Root root{text == kWholeTree ? std::string() : normal_path(text), {}, {}};
    root.name = scope_name(root);
    if (!root.path.empty()) root.service = root.path.substr(root.path.rfind('/') + 1);
    roots.push_back(std::move(root));
  }
  std::ranges::sort(roots, {}, &Root::path);
  for (std::size_t i = 0; i < roots.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (roots[i].path == roots[j].path || roots[i].path.starts_with(roots[j].path + "/"))
        throw values.error("root", fmt::format("{} lies within {}", roots[i].name, roots[j].name));
    }
  }
  return roots;
}

KeyLayout read_layout(const Values& values, const LayoutName& layout) {
  LayoutTexts own;
  for (const std::string_view key : kLayoutSettings) {
    const bool is_list = key == "serviceFrom" || key == "metadataFrom";
    if (is_list) {
      if (auto texts = values.list(key); !texts.empty()) own[std::string(key)] = std::move(texts);
    } else if (auto text = values.text(key)) {
      own[std::string(key)] = {std::move(*text)};
    }
  }
  std::string_view name = layout.name;
  if (layout.form != Form::layout) {
    if (!own.empty())
      throw values.error(own.begin()->first, fmt::format("the layout {} is fixed; take template", layout.name));
    // Names may have slashes: Curator's dependency paths.
    own = {{"key", {"{service:**}/{id}"}}, {"addressFrom", {"address"}}};
    name = "template";
  }
  auto made = KeyLayout::make(name, own);
  if (!made) throw values.error(made.error().setting, made.error().message);
  return std::move(*made);
}

/// Reads the addresses, of which one may name the user, and the last one the chroot, as in ZooKeeper's own clients.
class Addresses {
 public:
  Addresses(const SourceSpec& spec, Options& options) : spec_(spec), options_(options) {}

  void read() {
    std::vector<std::string> addresses = spec_.addresses;
    if (addresses.empty()) addresses = {std::string(kDefaultAddress)};
    for (const std::string& address : addresses) read(address);
    for (Server& server : options_.servers) {
      const bool bare_ipv6 = server.host.find(':') != std::string::npos;
      server.display = bare_ipv6 ? fmt::format("[{}]:{}{}", server.host, server.port, options_.chroot)
                                 : fmt::format("{}:{}{}", server.host, server.port, options_.chroot);
    }
  }

 private:
  void read(const std::string& address) {
    const auto url = parse_url(address);
    if (!url) refuse(url.error());
    if (!url->scheme.empty() && url->scheme != "zookeeper") {
      refuse(
          fmt::format("unknown scheme {}: HOST:PORT, or zookeeper://HOST:PORT; the C client of ZooKeeper that this "
                      "program is built with speaks no TLS, which takes a tunnel",
                      in_quotes(url->scheme)));
    }
    if (url->host.empty()) refuse("the address has no host");
    if (!url->path.empty() && url->path != "/") {
      const std::string chroot = normal_path(url->path);
      if (!options_.chroot.empty() && options_.chroot != chroot)
        refuse(fmt::format("servers of one ensemble have one chroot, not {} and {}", options_.chroot, chroot));
      options_.chroot = chroot;
    }
    if (!url->user.empty()) {
      const bool other = options_.user_from_address &&
                         (options_.username != url->user || options_.password.reveal() != url->password.reveal());
      if (other) refuse("the addresses name several users");
      options_.user_from_address = true;
      options_.username = url->user;
      options_.password = url->password;
    }
    options_.servers.push_back({url->host, url->port.value_or(kDefaultPort), {}});
  }

  [[noreturn]] void refuse(const std::string& why) const {
    throw Error(ErrorKind::usage, fmt::format("{}: {}", spec_.text, why));
  }

  const SourceSpec& spec_;
  Options& options_;
};

}  // namespace

Options read_options(const SourceSpec& spec, const FetchOptions& fetch, const Values& values) {
  std::vector<std::string> names;
  for (const LayoutName& layout : kLayouts) names.emplace_back(layout.name);
  const LayoutName& layout = *std::ranges::find(kLayouts, values.choice("layout", names), &LayoutName::name);
  Options options;
  options.form = layout.form;
  options.layout = read_layout(values, layout);
  options.roots = read_roots(values, layout);
  for (const Root& root : options.roots) {
    if (options.layout.has_no_service() && root.service.empty())
      throw values.error("key",
                         "nothing tells the services apart: the pattern needs {service}, or root= a node for each");
  }
  Addresses(spec, options).read();
  if (!options.user_from_address) options.username = values.text("username").value_or("");
  options.dubbo_root = normal_path(values.text("dubboRoot").value_or("/dubbo"));
  if (values.is_given("dubboRoot") && layout.form != Form::dubbo_applications)
    throw values.error("dubboRoot", "only the layout dubbo-applications has it");
  options.request_timeout = fetch.request_timeout;
  options.window = std::min(std::max<std::size_t>(fetch.parallelism, 1) * kPipelined, kMostPipelined);
  options.trust_empty = values.boolean("trustEmpty", false);
  return options;
}

std::string display_of(const Options& options) {
  std::vector<std::string> addresses;
  for (const Server& server : options.servers)
    addresses.push_back(server.display.substr(0, server.display.size() - options.chroot.size()));
  return join(addresses, ",") + options.chroot;
}

}  // namespace r2i::sources::zookeeper
