#include "base/error.hpp"
#include "base/text.hpp"
#include "model/settings.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace r2i {
namespace {

/// --output of a command that does not print manifests.
bool is_own_format(const SettingInfo& info) {
  return info.flag == "--output" && info.key != "output";
}

TEST_CASE("settings: keys, flags, letters and variables are unique") {
  std::set<std::string> keys;
  std::set<std::string> flags;
  std::set<std::string> variables;
  std::set<char> letters;
  for (const SettingInfo& info : all_settings()) {
    CAPTURE(info.key);
    CHECK(keys.emplace(info.key).second);
    if (info.flag.empty()) continue;  // only a file has it
    CHECK(variables.insert(environment_name(info)).second);
    // The one flag whose values depend on the command: the format of a difference is none of a manifest.
    if (is_own_format(info)) continue;
    CHECK(flags.emplace(info.flag).second);
    if (info.letter != 0) CHECK(letters.insert(info.letter).second);
  }
}

TEST_CASE("settings: names are written as everywhere") {
  for (const SettingInfo& info : all_settings()) {
    CAPTURE(info.key);
    CHECK(std::ranges::all_of(info.key, is_alnum));
    if (info.flag.empty()) continue;
    CHECK(info.flag.starts_with("--"));
    const auto is_flag_character = [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; };
    CHECK(std::ranges::all_of(info.flag, is_flag_character));
    if (is_own_format(info) || info.key == "host") continue;  // see above; of a host the flag gives the template
    // The flag says the key in words; only a list is named after one of its items.
    std::string from_key = "--";
    for (const char c : info.key) from_key += c >= 'A' && c <= 'Z' ? std::string("-") + to_lower(c) : std::string(1, c);
    CHECK((info.flag == from_key || (info.repeatable && from_key == std::string(info.flag) + "s")));
    CHECK(info.doc.ends_with('.'));
    CHECK_FALSE(info.group.empty());
    // A switch takes no value: it has neither choices nor a default to show.
    if (info.metavar.empty()) CHECK((info.choices.empty() && info.fallback.empty() && !info.repeatable));
  }
}

TEST_CASE("settings: a default that is a choice is one of the choices") {
  for (const SettingInfo& info : all_settings()) {
    if (info.choices.empty()) continue;
    CAPTURE(info.key);
    const auto choices = split(info.choices, '|');
    CHECK(choices.size() > 1);
    CHECK(std::set<std::string>(choices.begin(), choices.end()).size() == choices.size());
    // Decided service by service.
    const std::set<std::string_view> kBySource = {"health", "protocol", "resolution", "tlsMode"};
    if (kBySource.contains(info.key)) continue;
    CHECK(std::ranges::find(choices, info.fallback) != choices.end());
  }
}

TEST_CASE("settings: the variable is the flag in capitals") {
  CHECK(environment_name(setting_info("from")) == "R2I_FROM");
  CHECK(environment_name(setting_info("host")) == "R2I_HOST_TEMPLATE");
  CHECK(environment_name(setting_info("servicePorts")) == "R2I_SERVICE_PORT");
  CHECK_THROWS_AS(setting_info("hosttemplate"), Error);
}

TEST_CASE("settings: of a source, each key once, none of them a secret's own value") {
  std::set<std::pair<std::string, std::string>> seen;
  for (const SourceSettingInfo& info : all_source_settings()) {
    CAPTURE(info.key);
    CHECK(seen.emplace(info.kind, info.key).second);
    CHECK(seen.count({"", std::string(info.key)}) == (info.kind.empty() ? 1 : 0));
    CHECK(info.doc.ends_with('.'));
    CHECK_FALSE(info.fallback.empty());
    const std::string key = to_lower(info.key);
    for (const char* word : {"token", "password"})
      CHECK((key.find(word) == std::string::npos || key.ends_with("file") || info.type == "secret"));
  }
}

TEST_CASE("protocols: Istio's own names in any case, and registries' names for them") {
  const std::vector<std::pair<std::string_view, std::optional<std::string>>> rows = {
      {"tcp", "TCP"},         {"http", "HTTP"},         {"HTTP2", "HTTP2"}, {"grpc", "GRPC"},
      {"gRPC", "GRPC"},       {"grpc-web", "GRPC-WEB"}, {"https", "HTTPS"}, {"tls", "TLS"},
      {"mongo", "MONGO"},     {"redis", "REDIS"},       {"mysql", "MYSQL"}, {"http/1.1", "HTTP"},
      {"h2c", "HTTP2"},       {"h2", "HTTP2"},          {"tri", "GRPC"},    {"dubbo", "TCP"},
      {"thrift", "TCP"},      {"rest", "HTTP"},         {"ws", "HTTP"},     {" http ", "HTTP"},
      {"udp", std::nullopt},  {"amqp", std::nullopt},   {"", std::nullopt}, {"http2x", std::nullopt},
      {"auto", std::nullopt},
  };
  for (const auto& [text, protocol] : rows) {
    CAPTURE(text);
    CHECK(protocol_from(text) == protocol);
  }
}

TEST_CASE("protocols: every choice of --protocol is one, spelled as Istio does") {
  for (const std::string& choice : split(setting_info("protocol").choices, '|')) {
    CAPTURE(choice);
    const auto protocol = protocol_from(choice);
    REQUIRE(protocol);
    CHECK(to_lower(*protocol) == choice);
  }
}

}  // namespace
}  // namespace r2i
