#include "model/setting_text.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace r2i {
namespace {

TextTemplate a_template(std::string_view text) {
  return TextTemplate::parse(text).value();
}

TEST_CASE("text of settings: as a configuration has it") {
  CHECK(setting_text("drop", true) == "true");
  CHECK(setting_text("weightScale", 0.5) == "0.5");
  CHECK(setting_text("namespace", std::string("mesh")) == "mesh");
  CHECK(setting_text("exportTo", std::vector<std::string>{".", "web"}) == "[., web]");
  CHECK(setting_text("aliases", std::vector{a_template("{service}.corp")}) == "[{service}.corp]");
  CHECK(setting_text("host", Stated<TextTemplate>{a_template("{service}.x"), {}}) == "{service}.x");
  CHECK(setting_text("host", Stated<TextTemplate>{{}, "h"}) == "{fromMetadata: h}");
  CHECK(setting_text("protocol", Stated<std::string>{"GRPC-WEB", {}}) == "grpc-web");
  CHECK(setting_text("weight", Stated<double>{3, {}}) == "3");
  CHECK(setting_text("servicePorts", ServicePortRule{{80, 443}, true}) == "[80, 443, instance]");
  CHECK(setting_text("labelKeys", LabelKeys{{"team-*"}, nullptr}) == "[team-*]");
  CHECK(setting_text("localityMap", TextMap{{"dc1", "eu/a"}, {"dc2", "us/b"}}) == "{dc1: eu/a, dc2: us/b}");
  CHECK(setting_text("labels", TemplateMap{{"team", a_template("{group}")}}) == "{team: {group}}");
  CHECK(setting_text("sidecarNetworks",
                     std::vector{IpNetwork::parse("10.244.0.0/16").value(), IpNetwork::parse("10.0.0.1").value(),
                                 IpNetwork::parse("2001:db8::/32").value()}) ==
        "[10.244.0.0/16, 10.0.0.1, 2001:db8::/32]");
}

TEST_CASE("text of settings: choices are spelt as their flags") {
  CHECK(setting_text("health", HealthPolicy::passing) == "passing");
  CHECK(setting_text("tcpWithoutAddress", TcpWithoutAddress::export_) == "export");
  CHECK(setting_text("layout", Layout::workload_entries) == "workload-entries");
  CHECK(setting_text("tlsMode", TlsMode::disabled) == "disabled");
  CHECK(setting_text("resolution", Resolution::dns_round_robin) == "dns-round-robin");
  CHECK(setting_text("location", Location::mesh_external) == "external");
}

}  // namespace
}  // namespace r2i
