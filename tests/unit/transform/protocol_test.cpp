#include "transform/protocol.hpp"

#include "support/choices.hpp"
#include "support/collected.hpp"
#include "support/services.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace r2i::transform {
namespace {

using testing::a_service;
using testing::an_instance;
using testing::Collected;
using testing::offering;

/// What one instance tells about its only port.
struct Hints {
  Pairs metadata;
  Pairs service_metadata;
  std::vector<std::string> tags;
  std::string port_protocol;
  std::int64_t number = 8080;
};

struct ToldCase {
  Hints hints;
  std::string protocol;  ///< empty: nothing is told
  std::string origin;
  std::vector<std::string> unknown;
};

void check_told(const std::vector<ToldCase>& rows) {
  for (const ToldCase& row : rows) {
    CAPTURE(row.origin);
    Service service = a_service("pay", {offering("10.0.0.1", {{row.hints.number, "", row.hints.port_protocol}})});
    service.metadata = row.hints.service_metadata;
    Instance& instance = service.instances[0];
    instance.metadata = row.hints.metadata;
    instance.tags = row.hints.tags;
    std::vector<std::string> unknown;
    const auto decided = told_protocol(service, instance, instance.ports[0], unknown);
    CHECK(decided.has_value() == !row.protocol.empty());
    if (decided) CHECK(decided->value == row.protocol);
    if (decided) CHECK(decided->origin == row.origin);
    CHECK(unknown == row.unknown);
  }
}

TEST_CASE("protocol: metadata, then tag, then the registry, then a well-known port") {
  check_told({
      {{}, "", "", {}},
      {{{{"protocol", "grpc"}}, {}, {"http"}, "https", 443}, "GRPC", "metadata protocol=grpc", {}},
      {{{}, {{"protocol", "grpc"}}, {"http"}, "https", 443}, "GRPC", "metadata protocol=grpc", {}},
      {{{{"protocol", "http2"}}, {{"protocol", "grpc"}}, {}, "", 8080}, "HTTP2", "metadata protocol=http2", {}},
      {{{}, {}, {"http"}, "https", 443}, "HTTP", "tag http", {}},
      {{{}, {}, {}, "https", 3306}, "HTTPS", "the registry", {}},
      {{{}, {}, {}, "", 3306}, "TCP", "well-known port 3306", {}},
  });
}

TEST_CASE("protocol: the keys of metadata, in their order") {
  check_told({
      {{{{"appProtocol", "grpc"}, {"istio.protocol", "http2"}}, {}, {}, "", 8080},
       "HTTP2",
       "metadata istio.protocol=http2",
       {}},
      {{{{"istio.protocol", "http2"}, {"protocol", "tcp"}}, {}, {}, "", 8080}, "TCP", "metadata protocol=tcp", {}},
      {{{{"appProtocol", "GRPC"}}, {}, {}, "", 8080}, "GRPC", "metadata appProtocol=GRPC", {}},
      {{{{"Protocol", "grpc"}}, {}, {}, "", 8080}, "", "", {}},
      {{{{"protocol", ""}, {"appProtocol", "grpc"}}, {}, {}, "", 8080}, "GRPC", "metadata appProtocol=grpc", {}},
  });
}

TEST_CASE("protocol: a tag that is Istio's name of a protocol, in any case") {
  check_told({
      {{{}, {}, {"primary", "gRPC", "http"}, "", 8080}, "GRPC", "tag gRPC", {}},
      {{{}, {}, {"mysql"}, "", 8080}, "MYSQL", "tag mysql", {}},
      {{{}, {}, {"http-api", "https://x", "protocol=grpc", "rest", "dubbo"}, "", 8080}, "", "", {}},
  });
}

TEST_CASE("protocol: the registry's own words") {
  check_told({
      {{{}, {}, {}, "tri", 50051}, "GRPC", "the registry", {}},
      {{{}, {}, {}, "dubbo", 20880}, "TCP", "the registry", {}},
      {{{}, {}, {}, "HTTP", 443}, "HTTP", "the registry", {}},
  });
}

TEST_CASE("protocol: a name that Istio does not know is passed over, and told") {
  check_told({
      {{{{"protocol", "amqp"}}, {}, {"http"}, "", 8080}, "HTTP", "tag http", {"amqp"}},
      {{{{"protocol", "amqp"}, {"appProtocol", "coap"}}, {}, {}, "stomp", 5672},
       "TCP",
       "well-known port 5672",
       {"amqp", "coap", "stomp"}},
      {{{}, {}, {}, "udp", 8080}, "", "", {"udp"}},
  });
}

TEST_CASE("protocol: well-known ports") {
  const std::vector<std::pair<std::int64_t, std::string>> rows = {
      {443, "HTTPS"}, {3306, "TCP"}, {5432, "TCP"}, {6379, "TCP"}, {27017, "TCP"}, {9092, "TCP"}, {22, "TCP"},
      {80, ""},       {8080, ""},    {8443, ""},    {9090, ""},    {1, ""},        {65535, ""}};
  for (const auto& [number, protocol] : rows) {
    CAPTURE(number);
    check_told({{{{}, {}, {}, "", number}, protocol, "well-known port " + std::to_string(number), {}}});
  }
}

struct United {
  std::string protocol;
  std::string origin;
  std::string codes;
};

United unite(const std::vector<std::string>& told, const ConversionSettings& settings = {}) {
  std::vector<Decided<std::string>> decided;
  for (const std::string& protocol : told) decided.push_back({protocol, "tag"});
  Collected diagnostics;
  const Service service = a_service("pay", {});
  const auto united = unite_protocols(service, decided, testing::choices_of(service, settings).service, diagnostics);
  return {united.value, united.origin, diagnostics.codes()};
}

TEST_CASE("protocol: of several the one told most often, of equals the first by name, differences reported") {
  CHECK(unite({"GRPC"}).protocol == "GRPC");
  CHECK(unite({"GRPC", "GRPC"}).codes.empty());
  CHECK(unite({"TCP", "GRPC", "TCP"}).protocol == "TCP");
  CHECK(unite({"TCP", "GRPC", "TCP"}).codes == "2042");
  CHECK(unite({"TCP", "GRPC"}).protocol == "GRPC");
  CHECK(unite({"GRPC", "TCP"}).protocol == "GRPC");
  CHECK(unite({"GRPC"}).origin == "tag");
}

TEST_CASE("protocol: undecided is HTTP, and with DNS capture left to Istio") {
  CHECK(unite({}).protocol == "HTTP");
  CHECK(unite({}).origin == "default");
  ConversionSettings settings;
  settings.typed.dns_capture = testing::given(true);
  CHECK(unite({}, settings).protocol.empty());
  CHECK(unite({"TCP"}, settings).protocol == "TCP");
}

TEST_CASE("protocol: a rule decides it alone") {
  ConversionSettings settings;
  settings.typed.protocol = testing::given_protocol("HTTP2");
  const United united = unite({"TCP", "GRPC"}, settings);
  CHECK(united.protocol == "HTTP2");
  CHECK(united.origin == "--protocol");
  CHECK(united.codes.empty());
  settings.typed.dns_capture = testing::given(true);
  CHECK(unite({}, settings).protocol == "HTTP2");
}

TEST_CASE("protocol: what is neither told apart by host header nor by server name is a catch-all") {
  for (const std::string protocol : {"", "TCP", "MONGO", "REDIS", "MYSQL"}) CHECK(is_catch_all(protocol));
  for (const std::string protocol : {"HTTP", "HTTP2", "GRPC", "GRPC-WEB", "HTTPS", "TLS"})
    CHECK_FALSE(is_catch_all(protocol));
}

}  // namespace
}  // namespace r2i::transform
