// What holds of every conversion, whatever the registry says. The cases are drawn with fixed seeds.

#include "base/json_writer.hpp"
#include "base/text.hpp"
#include "model/check.hpp"
#include "model/describe.hpp"
#include "support/choices.hpp"
#include "support/collected.hpp"
#include "support/sanitized.hpp"
#include "support/services.hpp"
#include "transform/combine.hpp"
#include "transform/explained_endpoints.hpp"
#include "transform/merge.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace r2i::transform {
namespace {

using testing::a_scope;
using testing::Collected;
using testing::given;

constexpr std::uint32_t kCases = testing::kSanitized ? 400 : 2000;
constexpr std::string_view kSecret = "hunter2";

/// Draws what registries say, the odd as often as the common.
class Draw {
 public:
  explicit Draw(std::uint32_t seed) : random_(seed) {}

  std::size_t below(std::size_t limit) { return random_() % limit; }
  bool once_in(std::size_t times) { return below(times) == 0; }

  template <typename T>
  T one_of(std::initializer_list<T> values) {
    return values.begin()[below(values.size())];
  }

  template <typename T>
  void shuffle(std::vector<T>& values) {
    for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[below(i)]);
  }

  ConversionSettings settings();
  std::vector<Service> services();

 private:
  Service service(std::size_t index, const std::vector<std::shared_ptr<const Scope>>& scopes);
  Instance instance(std::size_t index, std::size_t style);
  std::string address();
  std::int64_t port();
  std::string tag();

  std::mt19937 random_;
};

ConversionSettings Draw::settings() {
  ConversionSettings settings;
  if (once_in(3)) settings.typed.nspace = given("mesh");
  if (once_in(3)) settings.typed.layout = given(Layout::workload_entries);
  if (once_in(3)) settings.typed.dns_capture = given(true);
  if (once_in(3)) settings.typed.tcp_without_address = given(TcpWithoutAddress::export_);
  if (once_in(3))
    settings.typed.health = given(one_of({HealthPolicy::warning, HealthPolicy::passing, HealthPolicy::any}));
  if (once_in(4))
    settings.typed.protocol = testing::given_protocol(one_of<std::string>({"HTTP", "GRPC-WEB", "TCP", "TLS"}));
  ServicePortRule ports;
  if (once_in(3)) ports.numbers = one_of<std::vector<std::uint32_t>>({{80}, {80, 443}, {8080}, {1, 65535}});
  if (once_in(4)) ports.instance = true;
  settings.typed.service_ports = given(ports);
  if (once_in(4))
    settings.typed.host = testing::given_host(one_of<std::string_view>(
        {"{service}", "{service}.{datacenter}.mesh", "{service}.{group}.x", "a-{service}.{namespace}.y"}));
  if (once_in(4)) settings.typed.export_to = given(std::vector<std::string>{".", "web"});
  return settings;
}

std::string Draw::address() {
  switch (below(12)) {
    case 0:
      return one_of<std::string>({"", "0.0.0.0", "::", "10.0.0.1:80", "a_b", "10.0.0", "[::1", "unix:///x",
                                  "10.0.0.999", std::string("10.0.0.1\0x", 10), "db\x01.example.com"});
    case 1:
      return one_of<std::string>({"db.example.com", "DB.example.com.", "cache"});
    case 2:
      return one_of<std::string>({"::1", "[2001:DB8::1]", "fe80::1%eth0", "2001:db8:0::1"});
    default:
      return fmt::format("10.0.{}.{}", below(2), below(6));
  }
}

std::int64_t Draw::port() {
  switch (below(10)) {
    case 0:
      return one_of<std::int64_t>({0, -1, 65536, 70000, 15001, 15021, 65535, 1});
    case 1:
      return one_of<std::int64_t>({443, 3306, 6379, 9092});
    case 2:
      return static_cast<std::int64_t>(30000 + below(200));
    default:
      return one_of<std::int64_t>({80, 8080, 8081});
  }
}

std::string Draw::tag() {
  const std::string key = one_of<std::string>({"version", "env", "team", "istio.io/rev", "security.istio.io/tlsMode",
                                               "topology.kubernetes.io/zone", "x.k8s.io/y", "registry2istio.io/owner",
                                               "a b", "ü", "", "password", "x/y/z", "istio-locality", "example.com/k"});
  const std::string value = one_of<std::string>({"v1", "1.10", "on", "", "a b", "ü", "\x01", "::", "v 2", "istio"});
  if (key == "password") return key + "|" + std::string(kSecret);
  return one_of<std::string>(
      {"http", "grpc", "tcp", "primary", key + "=" + value, key + "|" + value, key + "|" + value});
}

Instance Draw::instance(std::size_t index, std::size_t style) {
  Instance instance;
  instance.id = fmt::format("i{}", index);
  instance.node = fmt::format("n{}", below(3));
  instance.address = address();
  if (once_in(2)) instance.node_address = address();
  std::vector<Port> ports;
  for (std::size_t i = style == 0 ? 1 : below(4); i > 0; --i) {
    Port& one = ports.emplace_back(port());
    if (style == 2) one.protocol = one_of<std::string>({"http", "https", "dubbo", "tri", "amqp", ""});
    if (style == 3) one.name = one_of<std::string>({"web", "admin", "grpc", "\x01"});
  }
  instance.ports = std::move(ports);
  if (once_in(3)) instance.health = static_cast<Health>(below(5));
  if (once_in(3)) instance.weight = one_of({0.0, 1.0, 0.5, 3.0, -1.0, 1e9, 0.0001});
  if (once_in(4)) instance.locality = one_of<std::string>({"r/z", "r//s", "*", "a/b/c/d", "\x02", "ü/z"});
  if (once_in(20)) instance.kind = "connect-proxy";
  if (once_in(12)) instance.metadata.emplace_back("external-source", "kubernetes");
  if (once_in(6)) instance.metadata.emplace_back("version", one_of<std::string>({"v1", "v 2", "\x7F"}));
  if (once_in(8)) instance.metadata.emplace_back("protocol", one_of<std::string>({"grpc", "tcp", "amqp", "http"}));
  if (once_in(9)) instance.metadata.emplace_back("external", "true");
  if (once_in(9)) instance.metadata.emplace_back("token", kSecret);
  std::vector<std::string> tags;
  for (std::size_t i = below(4); i > 0; --i) tags.push_back(tag());
  instance.tags = std::move(tags);
  return instance;
}

Service Draw::service(std::size_t index, const std::vector<std::shared_ptr<const Scope>>& scopes) {
  Service service;
  // Names of one stem come to one host now and then; the same name twice in one scope does not occur.
  service.name = one_of<std::string>(
                     {"pay", "Pay", "PAY", "a_b", "a-b", "a:b", "web", "w\x01", "支付", "9", std::string(70, 'l')}) +
                 (once_in(2) ? "" : std::to_string(index));
  service.scope = scopes[below(scopes.size())];
  service.group = one_of<std::string>({"", "g", "DEFAULT_GROUP"});
  service.nspace = one_of<std::string>({"", "public"});
  if (once_in(10)) service.metadata.emplace_back("protocol", "http2");
  const std::size_t style = below(4);
  const std::size_t count = once_in(30) ? 90 : below(8);
  for (std::size_t i = 0; i < count; ++i) {
    service.instances.push_back(instance(i, style));
    if (i > 0 && once_in(2)) service.instances[i].tags = service.instances[i - 1].tags;
    if (i > 0 && once_in(2)) service.instances[i].ports = service.instances[i - 1].ports;
  }
  return service;
}

std::vector<Service> Draw::services() {
  const auto remote = a_scope("consul", "dc2");
  remote->local = false;
  const auto odd = a_scope("eureka", "");
  odd->name = "sc\x01pe";
  const std::vector<std::shared_ptr<const Scope>> scopes = {a_scope(), remote, a_scope("nacos", ""), odd};
  std::vector<Service> all;
  std::set<std::pair<const Scope*, std::string>> seen;
  for (std::size_t i = 0; i < 6; ++i) {
    Service one = service(i, scopes);
    if (seen.emplace(one.scope.get(), one.name).second) all.push_back(std::move(one));
  }
  return all;
}

struct Outcome {
  Manifests manifests;
  Collected diagnostics;
};

std::unique_ptr<Outcome> run(const std::vector<Service>& services, const ConversionSettings& settings) {
  auto outcome = std::make_unique<Outcome>();
  std::vector<Converted> converted;
  RuleBook rules(settings);
  for (const Service& service : services) {
    if (auto one = convert(Service(service), rules, outcome->diagnostics)) converted.push_back(std::move(*one));
  }
  outcome->manifests = combine(std::move(converted), outcome->diagnostics);
  return outcome;
}

std::string as_json(const std::vector<Manifest>& objects) {
  StringOutput out;
  JsonWriter json(out, 0);
  json.begin_list();
  for (const Manifest& object : objects) describe(json, object, "v1");
  json.end_list();
  return out.text();
}

/// One conversion: what went in, by which settings, and what came out.
struct Drawn {
  std::vector<Service> services;
  ConversionSettings settings;
  std::unique_ptr<Outcome> outcome;
};

/// All cases, converted once.
const std::vector<Drawn>& all_cases() {
  static const std::vector<Drawn> cases = [] {
    std::vector<Drawn> drawn;
    for (std::uint32_t seed = 1; seed <= kCases; ++seed) {
      Draw draw(seed);
      Drawn& one = drawn.emplace_back();
      one.settings = draw.settings();
      one.services = draw.services();
      one.outcome = run(one.services, one.settings);
    }
    return drawn;
  }();
  return cases;
}

void for_all(const std::function<void(const std::vector<Service>&, const ConversionSettings&, const Outcome&)>& look) {
  for (std::size_t i = 0; i < all_cases().size(); ++i) {
    const Drawn& drawn = all_cases()[i];
    CAPTURE(i);
    look(drawn.services, drawn.settings, *drawn.outcome);
  }
}

/// The endpoints of an object: those inside, or the one that it is.
std::vector<Endpoint> endpoints_of(const Manifest& object) {
  const auto* entry = std::get_if<ServiceEntry>(&object);
  return entry != nullptr ? entry->endpoints : std::vector{std::get<WorkloadEntry>(object).spec};
}

/// The ServiceEntry that an object belongs to: itself, or the one that selects it.
const ServiceEntry& entry_of(const Manifest& object, const Manifests& manifests) {
  if (const auto* entry = std::get_if<ServiceEntry>(&object)) return *entry;
  const std::string host(find_value(meta_of(object).labels, mark::kHost).value_or(""));
  for (const Manifest& other : manifests.objects) {
    const auto* entry = std::get_if<ServiceEntry>(&other);
    if (entry != nullptr && find_value(entry->workload_selector.labels, mark::kHost) == host) return *entry;
  }
  FAIL("nothing selects the object");
  return std::get<ServiceEntry>(object);
}

/// Every text of an object, keys and values.
class Texts : public Sink {
 public:
  void begin_map() override {}
  void key(std::string_view name) override { all.emplace_back(name); }
  void end_map() override {}
  void begin_list() override {}
  void end_list() override {}
  void string(std::string_view value) override { all.emplace_back(value); }
  void integer(std::int64_t) override {}
  void number(double) override {}
  void boolean(bool) override {}

  std::vector<std::string> all;
};

TEST_CASE("property: every instance is an endpoint, or is reported, or its service is") {
  for_all([](const std::vector<Service>& services, const ConversionSettings& settings, const Outcome& outcome) {
    std::map<std::string, std::size_t> lost_instances;
    std::set<std::string> lost_services;
    std::set<std::string> subjects;
    for (const Diagnostic& diagnostic : outcome.diagnostics.all) {
      const Loss loss = code_info(diagnostic.code).loss;
      if (loss == Loss::service || diagnostic.code == static_cast<int>(Code::case_variants)) {
        lost_services.insert(diagnostic.subject);
      } else if (loss == Loss::instance) {
        REQUIRE(subjects.insert(diagnostic.subject).second);
        ++lost_instances[diagnostic.subject.substr(0, diagnostic.subject.find(", instance "))];
      }
    }
    std::size_t endpoints = 0;
    for (const Manifest& object : outcome.manifests.objects) endpoints += endpoints_of(object).size();
    if (settings.typed.layout) {
      endpoints = static_cast<std::size_t>(std::ranges::count_if(
          outcome.manifests.objects, [](const Manifest& o) { return kind_of(o) == "WorkloadEntry"; }));
    }
    std::size_t expected = 0;
    std::size_t kept = 0;
    for (const Service& service : services) {
      if (lost_services.contains(service.display())) continue;
      ++kept;
      REQUIRE(lost_instances[service.display()] <= service.instances.size());
      expected += service.instances.size() - lost_instances[service.display()];
    }
    REQUIRE(endpoints == expected);
    REQUIRE(kept == static_cast<std::size_t>(std::ranges::count_if(
                        outcome.manifests.objects, [](const Manifest& o) { return kind_of(o) == "ServiceEntry"; })));
  });
}

/// What an endpoint says, but for its weight, which all endpoints of a host decide together.
std::string told(const std::string& address, const Pairs& labels, const std::string& locality, const PortMap& ports) {
  std::string text = address + " " + locality;
  for (const auto& [key, value] : labels) text += fmt::format(" {}={}", key, value);
  for (const auto& [name, number] : ports) text += fmt::format(" {}:{}", name, number);
  return text;
}

TEST_CASE("property: what is explained is what comes out") {
  for_all([](const std::vector<Service>& services, const ConversionSettings& settings, const Outcome& /*outcome*/) {
    RuleBook rules(settings);
    for (const Service& service : services) {
      Collected ignored;
      const Explained explained = explain(Service(service), rules, ignored);
      const auto converted = convert(Service(service), rules, ignored);
      REQUIRE(explained.left_out == !converted.has_value());
      std::vector<std::string> written;
      std::vector<std::string> said;
      if (converted) {
        REQUIRE(explained.host.value == converted->host);
        for (const Endpoint& one : converted->entry.endpoints)
          written.push_back(told(one.address, one.labels, one.locality, one.ports));
      }
      std::set<std::size_t> instances;
      for (const ExplainedEndpoint& one : explain_endpoints(explained)) {
        Pairs labels;
        for (const auto& [key, value] : one.labels) {
          labels.emplace_back(key, value.value);
          REQUIRE_FALSE(value.origin.empty());
        }
        REQUIRE_FALSE(one.locality.origin.empty());
        REQUIRE_FALSE(one.weight.origin.empty());
        REQUIRE(instances.insert(one.instance).second);
        said.push_back(told(one.address, labels, one.locality.value, one.ports));
      }
      REQUIRE((said == written));
    }
  });
}

TEST_CASE("property: the order of services and instances does not show in the objects") {
  for_all([](std::vector<Service> services, const ConversionSettings& settings, const Outcome& outcome) {
    Draw draw(static_cast<std::uint32_t>(services.size()));
    draw.shuffle(services);
    for (Service& service : services) draw.shuffle(service.instances);
    const auto again = run(services, settings);
    REQUIRE(as_json(again->manifests.objects) == as_json(outcome.manifests.objects));
    REQUIRE((again->manifests.withheld_hosts == outcome.manifests.withheld_hosts));
    REQUIRE(again->diagnostics.codes() == outcome.diagnostics.codes());
  });
}

TEST_CASE("property: the order of services and instances does not show in the diagnostics") {
  for_all([](std::vector<Service> services, const ConversionSettings& settings, const Outcome& outcome) {
    Draw draw(static_cast<std::uint32_t>(services.size()));
    draw.shuffle(services);
    for (Service& service : services) draw.shuffle(service.instances);
    const auto said = [](const Collected& diagnostics) {
      std::vector<std::string> lines;
      for (const Diagnostic& d : diagnostics.all)
        lines.push_back(fmt::format("{} {}: {}", d.code, d.subject, d.message));
      std::ranges::sort(lines);
      return join(lines, "\n");
    };
    REQUIRE(said(run(services, settings)->diagnostics) == said(outcome.diagnostics));
  });
}

TEST_CASE("property: no host twice, no name twice, all sorted") {
  for_all([](const auto&, const auto&, const Outcome& outcome) {
    std::set<std::string> hosts;
    std::vector<std::pair<std::string, std::string>> names;
    for (const Manifest& object : outcome.manifests.objects) {
      names.emplace_back(kind_of(object), meta_of(object).name);
      const auto* entry = std::get_if<ServiceEntry>(&object);
      if (entry == nullptr) continue;
      REQUIRE(entry->hosts.size() == 1);
      REQUIRE(entry->hosts[0] == entry->meta.name);
      REQUIRE(hosts.insert(entry->hosts[0]).second);
    }
    REQUIRE(std::ranges::is_sorted(names));
    REQUIRE((std::ranges::adjacent_find(names) == names.end()));
    REQUIRE(std::ranges::is_sorted(outcome.manifests.withheld_hosts));
    for (const std::string& host : outcome.manifests.withheld_hosts) REQUIRE_FALSE(hosts.contains(host));
  });
}

TEST_CASE("property: Istio and the API server would take every object") {
  for_all([](const auto&, const auto&, const Outcome& outcome) {
    for (const Manifest& object : outcome.manifests.objects) {
      for (const Breach& broken : std::visit([](const auto& entry) { return check(entry); }, object)) {
        FAIL_CHECK(broken.text());
      }
    }
  });
}

TEST_CASE("property: an endpoint maps every port of its service or none") {
  for_all([](const auto&, const auto&, const Outcome& outcome) {
    for (const Manifest& object : outcome.manifests.objects) {
      std::set<std::string> names;
      for (const ServicePort& port : entry_of(object, outcome.manifests).ports) names.insert(port.name);
      REQUIRE_FALSE(names.empty());
      for (const Endpoint& endpoint : endpoints_of(object)) {
        if (endpoint.ports.empty()) continue;
        std::set<std::string> mapped;
        for (const auto& [name, number] : endpoint.ports) mapped.insert(name);
        REQUIRE((mapped == names));
      }
    }
  });
}

TEST_CASE("property: no endpoint comes twice") {
  for_all([](const auto&, const auto&, const Outcome& outcome) {
    for (const Manifest& object : outcome.manifests.objects) {
      std::set<std::pair<std::string, PortMap>> seen;
      for (const Endpoint& endpoint : endpoints_of(object))
        REQUIRE(seen.emplace(endpoint.address, endpoint.ports).second);
    }
  });
}

TEST_CASE("property: STATIC has IP addresses alone, no endpoints are STATIC, NONE does not occur") {
  for_all([](const auto&, const auto&, const Outcome& outcome) {
    for (const Manifest& object : outcome.manifests.objects) {
      const auto* entry = std::get_if<ServiceEntry>(&object);
      if (entry == nullptr) continue;
      REQUIRE((entry->resolution == Resolution::static_ || entry->resolution == Resolution::dns));
      if (entry->resolution == Resolution::static_) {
        for (const Endpoint& endpoint : entry->endpoints) REQUIRE(is_ip_address(endpoint.address));
      } else if (entry->workload_selector.labels.empty()) {
        REQUIRE_FALSE(entry->endpoints.empty());
      }
    }
  });
}

TEST_CASE("property: no registry sets a label that Istio or Kubernetes act upon") {
  for_all([](const auto&, const auto&, const Outcome& outcome) {
    for (const Manifest& object : outcome.manifests.objects) {
      for (const Endpoint& endpoint : endpoints_of(object)) {
        for (const auto& [key, value] : endpoint.labels) {
          REQUIRE(key != "istio-locality");
          const std::string domain = key.find('/') == std::string::npos ? "" : "." + key.substr(0, key.find('/'));
          for (const std::string_view reserved : {".istio.io", ".kubernetes.io", ".k8s.io", ".registry2istio.io"})
            REQUIRE_FALSE(domain.ends_with(reserved));
        }
      }
    }
  });
}

TEST_CASE("property: no secret and no character that Kubernetes refuses is in an object") {
  for_all([](const auto&, const auto&, const Outcome& outcome) {
    Texts texts;
    for (const Manifest& object : outcome.manifests.objects) describe(texts, object, "v1");
    for (const std::string& text : texts.all) {
      REQUIRE(text.find(kSecret) == std::string::npos);
      REQUIRE(is_clean_text(text));
    }
  });
}

TEST_CASE("property: weights are given to all endpoints of an object or to none") {
  for_all([](const auto&, const ConversionSettings& settings, const Outcome& outcome) {
    if (settings.typed.layout) return;
    for (const Manifest& object : outcome.manifests.objects) {
      std::set<std::uint32_t> weights;
      for (const Endpoint& endpoint : endpoints_of(object)) weights.insert(endpoint.weight);
      REQUIRE((weights.size() != 1 || *weights.begin() == 0));
      REQUIRE((weights.size() < 2 || !weights.contains(0)));
    }
  });
}

// Merged sources

/// The same scopes, those of the first `count` sources merged.
std::vector<Service> merged_services(std::vector<Service> services, std::size_t count) {
  const std::vector<std::string> kinds = {"consul", "nacos", "eureka"};
  std::map<const Scope*, std::shared_ptr<const Scope>> scopes;
  std::map<std::string, std::shared_ptr<const SourceInfo>> sources;
  for (Service& service : services) {
    const auto kind = std::ranges::find(kinds, service.scope->source->name);
    if (static_cast<std::size_t>(kind - kinds.begin()) >= count) continue;
    auto& source = sources[service.scope->source->name];
    if (!source) {
      SourceInfo info = *service.scope->source;
      info.merge = "shop";
      source = std::make_shared<const SourceInfo>(info);
    }
    auto& scope = scopes[service.scope.get()];
    if (!scope) {
      Scope copy = *service.scope;
      copy.source = source;
      scope = std::make_shared<const Scope>(copy);
    }
    service.scope = scope;
  }
  return services;
}

using Unread = std::map<std::string, std::string>;

std::unique_ptr<Outcome> run_merged(const std::vector<Service>& services, const ConversionSettings& settings,
                                    const Unread& unread = {}) {
  auto outcome = std::make_unique<Outcome>();
  std::vector<Converted> converted;
  RuleBook rules(settings);
  Merger merger(rules, outcome->diagnostics);
  for (const Service& service : services) {
    if (!service.scope->source->merge.empty()) {
      merger.take(Service(service));
    } else if (auto one = convert(Service(service), rules, outcome->diagnostics)) {
      converted.push_back(std::move(*one));
    }
  }
  std::ranges::move(merger.finish(unread), std::back_inserter(converted));
  outcome->manifests = combine(std::move(converted), outcome->diagnostics);
  return outcome;
}

/// Services of several registries that come to one host more often than not.
void for_all_merged(const std::function<void(const std::vector<Service>&, const ConversionSettings&, Draw&)>& look) {
  for (std::uint32_t seed = 1; seed <= kCases / 2; ++seed) {
    CAPTURE(seed);
    Draw draw(seed);
    ConversionSettings settings = draw.settings();
    settings.typed.host = testing::given_host("{service}.mesh");
    std::vector<Service> services = draw.services();
    for (Service& service : services) service.name = service.name.substr(0, 3);
    std::set<std::pair<const Scope*, std::string>> seen;
    std::erase_if(services, [&](const Service& s) { return !seen.emplace(s.scope.get(), s.name).second; });
    look(merged_services(std::move(services), 2 + draw.below(2)), settings, draw);
  }
}

bool is_from_merge(const Manifest& object) {
  return find_value(meta_of(object).annotations, mark::kMergedFrom).has_value();
}

TEST_CASE("property: of merged sources, too, every instance is an endpoint or reported, and most hosts have several") {
  std::size_t of_several = 0;
  for_all_merged([&](const std::vector<Service>& services, const ConversionSettings& settings, Draw&) {
    const auto outcome = run_merged(services, settings);
    for (const Manifest& object : outcome->manifests.objects) {
      const auto from = find_value(meta_of(object).annotations, mark::kMergedFrom).value_or("");
      if (from.find(',') != std::string_view::npos) ++of_several;
      const auto broken = std::visit([](const auto& entry) { return check(entry); }, object);
      REQUIRE(broken.empty());
    }
    // What is withheld takes instances along whose services are told under the name of the merge.
    if (!outcome->manifests.withheld_hosts.empty()) return;
    std::set<std::string> lost_services;
    std::set<std::string> lost_instances;
    for (const Diagnostic& diagnostic : outcome->diagnostics.all) {
      const Loss loss = code_info(diagnostic.code).loss;
      if (loss == Loss::service || diagnostic.code == static_cast<int>(Code::case_variants)) {
        lost_services.insert(diagnostic.subject);
      } else if (loss == Loss::instance) {
        REQUIRE(lost_instances.insert(diagnostic.subject).second);
      }
    }
    // So does a host that a service outside of the merge keeps.
    if (std::ranges::any_of(lost_services, [](const std::string& name) { return name.ends_with("/merged"); })) return;
    std::size_t expected = 0;
    for (const Service& service : services) {
      if (lost_services.contains(service.display())) continue;
      const auto lost = std::ranges::count_if(
          lost_instances, [&](const std::string& text) { return text.starts_with(service.display() + ", "); });
      expected += service.instances.size() - static_cast<std::size_t>(lost);
    }
    std::size_t endpoints = 0;
    for (const Manifest& object : outcome->manifests.objects) {
      const bool counts = !settings.typed.layout || kind_of(object) == "WorkloadEntry";
      if (counts) endpoints += endpoints_of(object).size();
    }
    REQUIRE(endpoints == expected);
  });
  CHECK(of_several > kCases / 10);
}

TEST_CASE("property: the order in which merged sources are read does not show") {
  for_all_merged([](std::vector<Service> services, const ConversionSettings& settings, Draw& draw) {
    const auto outcome = run_merged(services, settings);
    draw.shuffle(services);
    for (Service& service : services) draw.shuffle(service.instances);
    const auto again = run_merged(services, settings);
    REQUIRE(as_json(again->manifests.objects) == as_json(outcome->manifests.objects));
    REQUIRE((again->manifests.withheld_hosts == outcome->manifests.withheld_hosts));
    REQUIRE(again->diagnostics.codes() == outcome->diagnostics.codes());
  });
}

TEST_CASE("property: of a merge that was not read in full nothing is written, and every host of it is withheld") {
  for_all_merged([](const std::vector<Service>& services, const ConversionSettings& settings, Draw&) {
    const auto whole = run_merged(services, settings);
    const auto partly = run_merged(services, settings, {{"shop", "nacos/default"}});
    REQUIRE(std::ranges::none_of(partly->manifests.objects, is_from_merge));
    for (const Manifest& object : whole->manifests.objects) {
      const auto* entry = std::get_if<ServiceEntry>(&object);
      if (entry == nullptr) continue;
      const bool is_withheld = std::ranges::binary_search(partly->manifests.withheld_hosts, entry->hosts.front());
      REQUIRE(is_withheld == is_from_merge(object));
    }
  });
}

}  // namespace
}  // namespace r2i::transform
