#include "sources/key_reader.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace r2i::sources {

namespace {

using Type = JsonCursor::Type;

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

bool add_port(Instance& instance, std::int64_t number, std::string protocol) {
  if (std::ranges::find(instance.ports, number, &Port::number) != instance.ports.end()) return false;
  instance.ports.push_back({number, {}, std::move(protocol)});
  return true;
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

bool is_scalar(const FlatJson::Node& node) {
  return node.type == Type::string || node.type == Type::number || node.type == Type::boolean;
}

void flatten(const FlatJson& tree, std::size_t node, const std::string& name,
             std::map<std::string, std::string>& metadata) {
  const auto& from = tree.node(node);
  if (is_scalar(from)) {
    metadata[name] = std::string(from.text);
    return;
  }
  std::size_t position = 0;
  for (std::size_t inner = node + 1; inner < from.next; inner = tree.node(inner).next, ++position) {
    const std::string own = from.type == Type::object ? std::string(tree.node(inner).key) : fmt::format("{}", position);
    flatten(tree, inner, name.empty() ? own : fmt::format("{}.{}", name, own), metadata);
  }
}

KeyReading KeyReader::refuse(KeyReading::Kind kind, std::string why) {
  reading_.kind = kind;
  reading_.why = std::move(why);
  reading_.instances.clear();
  return std::move(reading_);
}

KeyReading KeyReader::read(std::string_view key) {
  const std::string clean = valid_utf8(key);
  reading_.repaired = clean != key;
  tree_.clear();
  if (!layout_.key_.match(clean, parts_))
    return refuse(KeyReading::Kind::foreign, fmt::format("the key is not of the form {}", layout_.key_.text()));
  if (!layout_.service_is_in_value()) reading_.service = service_name();
  if (auto wrong = read_value()) return refuse(KeyReading::Kind::malformed, std::move(*wrong));
  if (layout_.service_is_in_value()) reading_.service = service_name();
  if (reading_.service.empty() && !layout_.has_no_service())
    return refuse(KeyReading::Kind::malformed, "the value does not name its service");
  if (layout_.reversed_) reading_.service_metadata = {{"domain", reading_.service}};
  if (const auto group = text(layout_.group_, 0)) reading_.group = *group;
  if (auto wrong = read_items()) {
    const bool foreign = wrong->empty();
    return foreign ? refuse(KeyReading::Kind::foreign, "the value has no address")
                   : refuse(KeyReading::Kind::malformed, std::move(*wrong));
  }
  return std::move(reading_);
}

std::optional<KeyReading> KeyReader::owner(std::string_view key) {
  const std::string clean = valid_utf8(key);
  tree_.clear();
  if (layout_.service_is_in_value() || !layout_.key_.match(clean, parts_)) return std::nullopt;
  reading_.service = service_name();
  if (reading_.service.empty() && !layout_.has_no_service()) return std::nullopt;
  if (layout_.group_ && !layout_.group_->part().empty()) reading_.group = text(layout_.group_, 0).value_or("");
  return std::move(reading_);
}

std::optional<std::string> KeyReader::read_value() {
  if (layout_.needs_json_) {
    if (auto wrong = tree_.read(value_)) return fmt::format("the value is not what the layout promises: {}", *wrong);
    reading_.repaired = reading_.repaired || tree_.repaired();
    return std::nullopt;
  }
  std::string clean = valid_utf8(value_);
  reading_.repaired = reading_.repaired || clean != value_;
  value_ = std::move(clean);
  return std::nullopt;
}

/// The parts that make up the name, with a colon between them; without the last ones that are empty.
std::string KeyReader::service_name() {
  std::string name;
  std::size_t colons = 0;
  for (const ValuePath& path : layout_.service_) {
    const auto part = text(path, 0);
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
  const auto found = layout_.instances_->nodes(tree_, 0);
  if (found.empty()) return fmt::format("the value has no {}", layout_.instances_->text());
  for (const std::size_t number : found) {
    const auto& node = tree_.node(number);
    if (node.type != Type::list) {
      if (auto wrong = read_item(number)) return wrong;
      continue;
    }
    for (std::size_t item = number + 1; item < node.next; item = tree_.node(item).next) {
      if (auto wrong = read_item(item)) return wrong;
    }
  }
  return std::nullopt;
}

std::optional<std::string> KeyReader::read_item(std::size_t item) {
  std::vector<EndpointText> endpoints;
  for (const std::string& address : texts(*layout_.address_, item)) {
    if (trim(address).empty()) continue;
    auto endpoint = read_endpoint(address);
    if (!endpoint) return fmt::format("{} is no address", in_quotes(address));
    endpoints.push_back(std::move(*endpoint));
  }
  if (endpoints.empty() && layout_.address_->is_whole_value()) return "the value is empty";
  if (endpoints.empty())
    return layout_.address_optional_ ? "" : fmt::format("the value has no {}", layout_.address_->text());
  Instance common;
  if (auto wrong = read_common(item, common)) return wrong;
  std::optional<std::int64_t> port;
  if (const auto written = text(layout_.port_, item)) {
    port = whole_number(*written);
    if (!port) return fmt::format("the port {} is no number", in_quotes(*written));
    // A number that is not set, as Go writes it.
    if (*port == 0) port.reset();
  }
  add_instances(endpoints, port, text(layout_.protocol_, item).value_or(""), common);
  return std::nullopt;
}

std::optional<std::string> KeyReader::read_common(std::size_t item, Instance& instance) {
  instance.id = text(layout_.id_, item).value_or("");
  instance.locality = text(layout_.locality_, item).value_or("");
  if (auto wrong = read_weight(item, instance)) return wrong;
  read_health(item, instance);
  if (layout_.tags_) instance.tags = texts(*layout_.tags_, item);
  std::ranges::sort(instance.tags);
  Metadata metadata;
  for (const auto& from : layout_.metadata_) add_metadata(from, item, metadata);
  instance.metadata.assign(metadata.begin(), metadata.end());
  return std::nullopt;
}

std::optional<std::string> KeyReader::read_weight(std::size_t item, Instance& instance) {
  const auto written = text(layout_.weight_, item);
  if (!written) return std::nullopt;
  double weight = 0;
  const auto [end, code] = std::from_chars(written->data(), written->data() + written->size(), weight);
  if (code != std::errc() || end != written->data() + written->size() || !std::isfinite(weight))
    return fmt::format("the weight {} is no number", in_quotes(*written));
  if (weight != 0 || !layout_.zero_weight_unset_) instance.weight = weight;
  return std::nullopt;
}

void KeyReader::read_health(std::size_t item, Instance& instance) {
  if (const auto health = text(layout_.health_, item)) instance.health = health_of(*health);
  const auto enabled = text(layout_.enabled_, item);
  const auto disabled = text(layout_.disabled_, item);
  if ((enabled && is_off(*enabled)) || (disabled && !is_off(*disabled))) instance.health = Health::disabled;
}

/// One instance for each host, with all of its ports.
void KeyReader::add_instances(const std::vector<EndpointText>& endpoints, std::optional<std::int64_t> port,
                              const std::string& protocol, const Instance& common) {
  const std::size_t first = reading_.instances.size();
  for (const EndpointText& endpoint : endpoints) {
    auto& made = reading_.instances;
    auto at = std::find_if(made.begin() + static_cast<std::ptrdiff_t>(first), made.end(),
                           [&](const Instance& instance) { return instance.address == endpoint.host; });
    if (at == made.end()) {
      made.push_back(common);
      at = made.end() - 1;
      at->address = endpoint.host;
    }
    const auto number = port ? port : endpoint.port;
    if (number) add_port(*at, *number, protocol.empty() ? protocol_of(endpoint) : protocol);
  }
}

std::vector<std::string> KeyReader::written(const ValuePath& path, std::size_t item) const {
  std::vector<std::string> found;
  if (!path.part().empty()) {
    found.emplace_back(part_of(parts_, path.part()));
  } else if (path.is_whole_value() && !layout_.needs_json_) {
    found.emplace_back(trim(value_));
  } else {
    for (const std::size_t number : path.nodes(tree_, item)) {
      const auto& node = tree_.node(number);
      if (is_scalar(node)) found.emplace_back(node.text);
      if (node.type != Type::list) continue;
      for (std::size_t inner = number + 1; inner < node.next; inner = tree_.node(inner).next) {
        if (is_scalar(tree_.node(inner))) found.emplace_back(tree_.node(inner).text);
      }
    }
  }
  return found;
}

std::vector<std::string> KeyReader::texts(const ValuePath& path, std::size_t item) {
  auto found = written(path, item);
  if (path.parameter()) {
    for (std::string& text : found)
      text = std::string(find_value(endpoint(text).parameters, *path.parameter()).value_or(std::string_view()));
  }
  return found;
}

std::optional<std::string> KeyReader::text(const std::optional<ValuePath>& path, std::size_t item) {
  if (!path) return std::nullopt;
  auto found = texts(*path, item);
  if (found.empty() || found.front().empty()) return std::nullopt;
  return std::move(found.front());
}

const EndpointText& KeyReader::endpoint(const std::string& url) {
  if (url != url_) {
    url_ = url;
    endpoint_ = read_endpoint(url).value_or(EndpointText{});
  }
  return endpoint_;
}

void KeyReader::add_metadata(const KeyLayout::MetadataPath& from, std::size_t item, Metadata& metadata) {
  const ValuePath& path = from.path;
  if (path.parameter() && path.parameter()->empty()) {
    for (const std::string& url : written(path, item)) {
      for (const auto& [name, value] : endpoint(url).parameters) metadata[name] = value;
    }
  } else if (!path.part().empty() || path.parameter()) {
    for (std::string& value : texts(path, item)) {
      if (!value.empty()) metadata[from.name.empty() ? path.name() : from.name] = std::move(value);
    }
  } else {
    for (const std::size_t node : path.nodes(tree_, item)) {
      const auto& from_here = tree_.node(node);
      if (from.name.empty() && from_here.type == Type::object) {
        flatten(tree_, node, "", metadata);
      } else if (!is_scalar(from_here) || !from_here.text.empty()) {
        flatten(tree_, node, from.name.empty() ? path.name() : from.name, metadata);
      }
    }
  }
}

}  // namespace r2i::sources
