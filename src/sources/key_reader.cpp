#include "sources/key_reader.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace r2i::sources {

namespace {

/// What programs write for a switch that is off; all else is on.
bool is_off(std::string_view text) {
  const std::string lower = to_lower(text);
  return lower.empty() || lower == "false" || lower == "0" || lower == "no" || lower == "off";
}

/// What a scheme and `isSecure`, as Kratos has it, say about the protocol: TLS is what the proxy sees.
std::string protocol_of(const EndpointText& endpoint) {
  const bool secure = std::ranges::any_of(endpoint.parameters, [](const auto& parameter) {
    return parameter.first == "isSecure" && parameter.second == "true";
  });
  return secure || endpoint.scheme == "grpcs" ? "https" : endpoint.scheme;
}

void add_port(Instance& instance, std::int64_t number, std::string protocol) {
  if (std::ranges::find(instance.ports, number, &Port::number) != instance.ports.end()) return;
  instance.ports.change([&](auto& ports) { ports.push_back({number, {}, std::move(protocol)}); });
}

}  // namespace

Health health_of(std::string_view text) {
  constexpr std::array<std::string_view, 12> kPassing = {"passing", "up",    "true",    "1",  "healthy", "ok",
                                                         "online",  "alive", "serving", "on", "ready",   "enabled"};
  const std::string lower = to_lower(text);
  if (std::ranges::find(kPassing, lower) != kPassing.end()) return Health::passing;
  if (const auto known = health_from(lower)) return *known;
  if (lower == "out_of_service") return Health::disabled;
  return Health::critical;
}

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (code != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

KeyReading KeyReader::refuse(KeyReading::Kind kind, std::string why) {
  reading_.kind = kind;
  reading_.why = std::move(why);
  reading_.instances.clear();
  return std::move(reading_);
}

KeyReading KeyReader::read(std::string_view key) {
  std::string clean;
  if (!is_utf8(key)) {
    reading_.repaired = true;
    key = clean = valid_utf8(key);
  }
  if (!texts_.match(layout_.key_, key))
    return refuse(KeyReading::Kind::foreign, fmt::format("the key is not of the form {}", layout_.key_.text()));
  if (!layout_.service_is_in_value()) reading_.service = service_name();
  if (auto wrong = read_value()) return refuse(KeyReading::Kind::malformed, std::move(*wrong));
  if (layout_.service_is_in_value()) reading_.service = service_name();
  if (reading_.service.empty() && !layout_.has_no_service())
    return refuse(KeyReading::Kind::malformed, "the value does not name its service");
  if (layout_.reversed_) reading_.service_metadata = {{"domain", reading_.service}};
  if (const auto group = texts_.first(layout_.group_, 0)) reading_.group = *group;
  if (auto wrong = read_items()) {
    const bool foreign = wrong->empty();
    return foreign ? refuse(KeyReading::Kind::foreign, "the value has no address")
                   : refuse(KeyReading::Kind::malformed, std::move(*wrong));
  }
  return std::move(reading_);
}

std::optional<KeyReading> KeyReader::owner(std::string_view key) {
  if (layout_.service_is_in_value() || !texts_.match(layout_.key_, valid_utf8(key))) return std::nullopt;
  reading_.service = service_name();
  if (reading_.service.empty() && !layout_.has_no_service()) return std::nullopt;
  if (layout_.group_ && !layout_.group_->part().empty()) reading_.group = texts_.first(layout_.group_, 0).value_or("");
  return std::move(reading_);
}

std::optional<std::string> KeyReader::read_value() {
  if (layout_.needs_json_) {
    if (auto wrong = texts_.read_json()) return fmt::format("the value is not what the layout promises: {}", *wrong);
  } else {
    texts_.read_text();
  }
  reading_.repaired = reading_.repaired || texts_.repaired();
  return std::nullopt;
}

/// The parts that make up the name, with a colon between them; without the last ones that are empty.
std::string KeyReader::service_name() {
  std::string name;
  std::size_t colons = 0;
  for (const ValuePath& path : layout_.service_) {
    const auto part = texts_.first(path, 0);
    if (part) {
      name.append(colons, ':').append(*part);
      colons = 0;
    }
    ++colons;
  }
  return name;
}

/// An empty text: the value is one that the layout knows and that is no instance.
std::optional<std::string> KeyReader::read_items() {
  if (!layout_.instances_) return read_item(0);
  bool any = false;
  std::optional<std::string> wrong;
  layout_.instances_->each_node(texts_.tree(), 0, [&](std::size_t number) {
    any = true;
    const auto& node = texts_.tree().node(number);
    if (node.type != JsonCursor::Type::list) {
      wrong = read_item(number);
      return !wrong;
    }
    for (std::size_t item = number + 1; !wrong && item < node.next; item = texts_.tree().node(item).next)
      wrong = read_item(item);
    return !wrong;
  });
  return any ? wrong : fmt::format("the value has no {}", layout_.instances_->text());
}

std::optional<std::string> KeyReader::read_item(std::size_t item) {
  std::vector<EndpointText> endpoints;
  for (const std::string& address : texts_.all(*layout_.address_, item)) {
    if (trim(address).empty()) continue;
    auto endpoint = read_endpoint(address);
    if (!endpoint) return fmt::format("{} is no address", in_quotes(address));
    endpoints.push_back(std::move(*endpoint));
  }
  if (endpoints.empty()) {
    if (layout_.address_optional_) return "";
    if (layout_.address_->is_whole_value()) return "the value is empty";
    if (!texts_.is_empty_list(*layout_.address_, item))
      return fmt::format("the value has no {}", layout_.address_->text());
    // An instance that listens nowhere.
    endpoints.emplace_back();
  }
  const std::size_t first = reading_.instances.size();
  if (auto wrong = read_common(item, reading_.instances.emplace_back())) return wrong;
  std::optional<std::int64_t> port;
  if (const auto written = texts_.first(layout_.port_, item)) {
    port = whole_number(*written);
    if (!port) return fmt::format("the port {} is no number", in_quotes(*written));
    // A number that is not set, as Go writes it.
    if (*port == 0) port.reset();
  }
  set_endpoints(first, endpoints, port, texts_.first(layout_.protocol_, item).value_or(""));
  return std::nullopt;
}

std::optional<std::string> KeyReader::read_common(std::size_t item, Instance& instance) {
  instance.id = texts_.first(layout_.id_, item).value_or("");
  instance.locality = texts_.first(layout_.locality_, item).value_or("");
  if (auto wrong = read_weight(item, instance)) return wrong;
  read_health(item, instance);
  if (layout_.tags_) {
    auto tags = texts_.all(*layout_.tags_, item);
    std::ranges::sort(tags);
    instance.tags = std::move(tags);
  }
  for (const auto& from : layout_.metadata_) texts_.add_metadata(from.name, from.path, item, instance.metadata);
  one_of_each(instance.metadata);
  return std::nullopt;
}

std::optional<std::string> KeyReader::read_weight(std::size_t item, Instance& instance) {
  const auto written = texts_.first(layout_.weight_, item);
  if (!written) return std::nullopt;
  double weight = 0;
  const auto [end, code] = std::from_chars(written->data(), written->data() + written->size(), weight);
  if (code != std::errc() || end != written->data() + written->size() || !std::isfinite(weight))
    return fmt::format("the weight {} is no number", in_quotes(*written));
  if (weight != 0 || !layout_.zero_weight_unset_) instance.weight = weight;
  return std::nullopt;
}

void KeyReader::read_health(std::size_t item, Instance& instance) {
  if (const auto health = texts_.first(layout_.health_, item)) instance.health = health_of(*health);
  const auto enabled = texts_.first(layout_.enabled_, item);
  const auto disabled = texts_.first(layout_.disabled_, item);
  if ((enabled && is_off(*enabled)) || (disabled && !is_off(*disabled))) instance.health = Health::disabled;
}

/// Makes of the instance at `first`, the last one, one for each host, with all of its ports. There is at least one
/// endpoint.
void KeyReader::set_endpoints(std::size_t first, const std::vector<EndpointText>& endpoints,
                              std::optional<std::int64_t> port, const std::string& protocol) {
  auto& made = reading_.instances;
  made.back().address = endpoints.front().host;
  for (const EndpointText& endpoint : endpoints) {
    auto at = std::find_if(made.begin() + static_cast<std::ptrdiff_t>(first), made.end(),
                           [&](const Instance& instance) { return instance.address == endpoint.host; });
    if (at == made.end()) {
      made.push_back(Instance(made[first]));
      at = made.end() - 1;
      at->address = endpoint.host;
      at->ports = {};
    }
    const auto number = port ? port : endpoint.port;
    if (number) add_port(*at, *number, protocol.empty() ? protocol_of(endpoint) : protocol);
  }
}

}  // namespace r2i::sources
