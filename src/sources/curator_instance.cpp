#include "sources/curator_instance.hpp"

#include "base/text.hpp"
#include "sources/key_reader.hpp"
#include "sources/key_texts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

namespace r2i::sources {

namespace {

using Type = JsonCursor::Type;
using Wrong = std::optional<std::string>;

/// org.springframework.cloud.zookeeper.support.StatusConstants
constexpr const char* kStatus = "instance_status";
/// org.apache.dubbo.registry.client.metadata.ServiceInstanceMetadataUtils
constexpr const char* kEndpoints = "dubbo.endpoints";

class InstanceReader {
 public:
  InstanceReader(std::string data, FlatJson& tree) : data_(std::move(data)), tree_(tree) {}

  /// Whether bytes that are no UTF-8 became U+FFFD.
  [[nodiscard]] bool repaired() const { return repaired_; }

  Wrong read(Instance& instance) {
    if (auto wrong = tree_.read(data_)) return fmt::format("the data is no ServiceInstance: {}", *wrong);
    repaired_ = tree_.repaired();
    if (tree_.node(0).type != Type::object) return "the data is no ServiceInstance: it is a list";
    if (!tree_.member(0, "address") && !tree_.member(0, "port") && !tree_.member(0, "name"))
      return "the data is no ServiceInstance: it has neither name, address nor port";
    instance.address = text("address");
    if (auto wrong = read_ports(instance)) return wrong;
    if (const auto id = text("id"); !id.empty()) instance.id = id;
    const bool enabled = text("enabled") != "false";
    Pairs metadata;
    const bool has_own = read_payload(metadata);
    one_of_each(metadata);
    const auto status = find_value(metadata, kStatus);
    if (has_own && status) instance.health = health_of(*status);
    if (!enabled) instance.health = Health::disabled;
    // What follows needs the tree for another document.
    if (const auto endpoints = find_value(metadata, kEndpoints); has_own && endpoints) {
      if (auto wrong = read_endpoints(std::string(*endpoints), instance)) return wrong;
    }
    instance.metadata = std::move(metadata);
    return std::nullopt;
  }

 private:
  std::string text(std::string_view name) const {
    const auto at = tree_.member(0, name);
    return at && is_scalar(tree_.node(*at)) ? std::string(tree_.node(*at).text) : std::string();
  }

  Wrong read_ports(Instance& instance) {
    const std::string scheme = read_scheme();
    std::vector<Port> ports;
    for (const auto& [name, protocol] :
         {std::pair<std::string_view, std::string>("port", scheme), {"sslPort", "https"}}) {
      const auto at = tree_.member(0, name);
      if (!at || tree_.node(*at).type == Type::null) continue;
      const auto number = is_scalar(tree_.node(*at)) ? whole_number(tree_.node(*at).text) : std::nullopt;
      if (!number) return fmt::format("{} {} is no number", name, in_quotes(tree_.node(*at).text));
      if (std::ranges::find(ports, *number, &Port::number) == ports.end()) ports.push_back({*number, {}, protocol});
    }
    instance.ports = std::move(ports);
    return std::nullopt;
  }

  /// What the plain port speaks, if uriSpec says so: `{scheme}` stands for http there, as in Curator's own UriSpec.
  std::string read_scheme() const {
    const auto spec = tree_.member(0, "uriSpec");
    const auto parts = spec ? tree_.member(*spec, "parts") : std::nullopt;
    const auto first = parts ? tree_.item(*parts, 0) : std::nullopt;
    const auto value = first ? tree_.member(*first, "value") : std::nullopt;
    if (!value) return "";
    const auto variable = tree_.member(*first, "variable");
    const std::string_view said = tree_.node(*value).text;
    if (variable && tree_.node(*variable).text == "true") return said == "scheme" ? "http" : "";
    const auto end = said.find("://");
    return end == std::string_view::npos ? "" : to_lower(said.substr(0, end));
  }

  /// Whether the payload has metadata of its own, as Spring Cloud's and Dubbo's have.
  bool read_payload(Pairs& metadata) const {
    const auto payload = tree_.member(0, "payload");
    if (!payload) return false;
    const auto own = tree_.member(*payload, "metadata");
    if (own && tree_.node(*own).type == Type::object) {
      flatten(tree_, *own, "", metadata);
      return true;
    }
    const auto& node = tree_.node(*payload);
    if (node.type == Type::object) {
      flatten(tree_, *payload, "", metadata);
    } else if (node.type == Type::list && tree_.item(*payload, 1)) {
      // Jackson writes what has no place for "@class" as [CLASS, VALUE].
      flatten(tree_, *tree_.item(*payload, 1), "payload", metadata);
    } else if (is_scalar(node) && !node.text.empty()) {
      metadata.emplace_back("payload", node.text);
    }
    std::erase_if(metadata, [](const auto& pair) { return pair.first == "@class"; });
    return false;
  }

  /// `[{"port":20880,"protocol":"dubbo"},…]`: every port that a Dubbo application listens on.
  Wrong read_endpoints(std::string json, Instance& instance) {
    if (auto wrong = tree_.read(json)) return fmt::format("{} is not what Dubbo writes: {}", kEndpoints, *wrong);
    std::vector<Port> ports;
    for (std::size_t at = 1; tree_.node(0).type == Type::list && at < tree_.node(0).next; at = tree_.node(at).next) {
      const auto port = tree_.member(at, "port");
      const auto number = port ? whole_number(tree_.node(*port).text) : std::nullopt;
      if (!number) return fmt::format("{} has an endpoint without a port", kEndpoints);
      const auto protocol = tree_.member(at, "protocol");
      if (std::ranges::find(ports, *number, &Port::number) == ports.end())
        ports.push_back({*number, {}, protocol ? std::string(tree_.node(*protocol).text) : std::string()});
    }
    if (!ports.empty()) instance.ports = std::move(ports);
    return std::nullopt;
  }

  std::string data_;
  FlatJson& tree_;
  bool repaired_ = false;
};

}  // namespace

KeyReading read_curator_instance(const KeyLayout& layout, std::string_view key, std::string data, FlatJson& tree) {
  auto reading = layout.owner(key, tree);
  if (!reading) {
    KeyReading foreign;
    foreign.kind = KeyReading::Kind::foreign;
    foreign.why = fmt::format("it is not of the form {}", layout.key().text());
    return foreign;
  }
  Instance instance;
  instance.id = valid_utf8(key.substr(key.rfind('/') + 1));
  InstanceReader reader(std::move(data), tree);
  if (auto wrong = reader.read(instance)) {
    reading->kind = KeyReading::Kind::malformed;
    reading->why = std::move(*wrong);
  } else {
    reading->instances.push_back(std::move(instance));
  }
  reading->repaired = reader.repaired();
  return std::move(*reading);
}

}  // namespace r2i::sources
