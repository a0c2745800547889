#include "plan/changes_in_words.hpp"

#include "model/manifest_fields.hpp"
#include "plan/match.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

namespace r2i::plan {

namespace {

using Value = std::optional<std::string>;

constexpr std::array<PartNames, 11> kPartNames = {{
    {"", "fields", "fields"},
    {"host", "hosts", "hosts"},
    {"address", "addresses", "addresses"},
    {"port", "ports", "ports"},
    {"endpoint", "endpoints", "endpoints"},
    {"endpoint label", "endpoint labels", "endpointLabels"},
    {"exportTo", "exportTo", "exportTo"},
    {"subjectAltName", "subjectAltNames", "subjectAltNames"},
    {"selector label", "selector labels", "selectorLabels"},
    {"label", "labels", "labels"},
    {"annotation", "annotations", "annotations"},
}};

Value text_of(const std::string& text) {
  return text.empty() ? Value() : Value(text);
}
Value text_of(std::uint32_t number) {
  return number == 0 ? Value() : Value(std::to_string(number));
}
Value text_of(Location location) {
  return std::string(kLocationNames[static_cast<std::size_t>(location)]);
}
Value text_of(Resolution resolution) {
  return std::string(kResolutionNames[static_cast<std::size_t>(resolution)]);
}

Sign sign_of(const Value& before, const Value& after) {
  if (!before) return Sign::added;
  return after ? Sign::changed : Sign::removed;
}

/// The entries of two maps by key, each with its value before and after.
template <typename Map>
std::map<std::string, std::pair<Value, Value>> by_key(const Map& before, const Map& after) {
  // Unlike text_of(), an empty value counts here: a label may be empty.
  const auto in_text = [](const auto& value) { return fmt::format("{}", value); };
  std::map<std::string, std::pair<Value, Value>> entries;
  for (const auto& [key, value] : before) entries[key].first = in_text(value);
  for (const auto& [key, value] : after) entries[key].second = in_text(value);
  std::erase_if(entries, [](const auto& entry) { return entry.second.first == entry.second.second; });
  return entries;
}

/// What differs between two endpoints besides their address.
class EndpointValues {
 public:
  EndpointValues(const Endpoint& before, const Endpoint& after) {
    add("locality", text_of(before.locality), text_of(after.locality));
    add("network", text_of(before.network), text_of(after.network));
    add_map("port ", before.ports, after.ports);
    add("serviceAccount", text_of(before.service_account), text_of(after.service_account));
    add("weight", text_of(before.weight), text_of(after.weight));
    add_map("label ", before.labels, after.labels);
  }
  std::vector<ValueChange> take() { return std::move(values_); }

 private:
  void add(std::string name, Value before, Value after) {
    if (before != after) values_.push_back({std::move(name), std::move(before), std::move(after)});
  }
  template <typename Map>
  void add_map(const std::string& prefix, const Map& before, const Map& after) {
    if (before == after) return;
    for (auto& [key, value] : by_key(before, after)) add(prefix + key, value.first, value.second);
  }

  std::vector<ValueChange> values_;
};

class Words {
 public:
  std::vector<PartChange> take() {
    std::ranges::stable_sort(words_, {}, [](const PartChange& word) { return std::pair(word.part, word.sign); });
    return std::move(words_);
  }

  void value(Part part, std::string name, Value before, Value after) {
    if (before == after) return;
    const Sign sign = sign_of(before, after);
    words_.push_back({part, sign, std::move(name), {{"", std::move(before), std::move(after)}}});
  }

  template <typename Map>
  void map(Part part, const Map& before, const Map& after) {
    if (before == after) return;
    for (auto& [key, value] : by_key(before, after)) this->value(part, key, value.first, value.second);
  }

  void set(Part part, const std::vector<std::string>& before, const std::vector<std::string>& after) {
    const std::set<std::string> old(before.begin(), before.end());
    const std::set<std::string> now(after.begin(), after.end());
    for (const std::string& item : now) {
      if (!old.contains(item)) words_.push_back({part, Sign::added, item, {}});
    }
    for (const std::string& item : old) {
      if (!now.contains(item)) words_.push_back({part, Sign::removed, item, {}});
    }
  }

  void ports(const std::vector<ServicePort>& before, const std::vector<ServicePort>& after) {
    // Clients know a port by its number; one with a new number keeps its name.
    const auto matching = match(
        before, after, [](const ServicePort& port) { return std::to_string(port.number); },
        [](const ServicePort& port) { return port.name; });
    for (const auto& [old, now] : matching.pairs) port(Sign::changed, *old, *now);
    for (const ServicePort* old : matching.only_before) {
      words_.push_back({Part::port, Sign::removed, std::to_string(old->number), {}});
    }
    for (const ServicePort* now : matching.only_after) {
      port(Sign::added, ServicePort{{}, now->number, {}, {}}, *now);
    }
  }

  void endpoints(const ServiceEntry& before, const ServiceEntry& after) {
    const auto matching = match(before.endpoints, after.endpoints, identity_of,
                                [](const Endpoint& endpoint) { return endpoint.address; });
    for (const auto& [old, now] : matching.pairs) {
      if (*old != *now) endpoint(Sign::changed, *old, *now, after.ports);
    }
    for (const Endpoint* old : matching.only_before) {
      words_.push_back({Part::endpoint, Sign::removed, endpoint_name(*old, before.ports), {}});
    }
    for (const Endpoint* now : matching.only_after) endpoint(Sign::added, {}, *now, after.ports);
  }

 private:
  /// An endpoint is the same if it is reached in the same way.
  static std::string identity_of(const Endpoint& endpoint) {
    PortMap ports = endpoint.ports;
    std::ranges::sort(ports);
    std::string identity = fmt::format("{}\n{}", endpoint.address, endpoint.network);
    for (const auto& [name, number] : ports) identity += fmt::format("\n{} {}", name, number);
    return identity;
  }

  void port(Sign sign, const ServicePort& before, const ServicePort& after) {
    std::vector<ValueChange> values;
    const auto add = [&](std::string_view name, Value old, Value now) {
      if (old != now) values.push_back({std::string(name), std::move(old), std::move(now)});
    };
    add("name", text_of(before.name), text_of(after.name));
    add("number", text_of(before.number), text_of(after.number));
    add("protocol", text_of(before.protocol), text_of(after.protocol));
    add("targetPort", text_of(before.target_port), text_of(after.target_port));
    if (!values.empty()) words_.push_back({Part::port, sign, std::to_string(after.number), std::move(values)});
  }

  void endpoint(Sign sign, const Endpoint& before, const Endpoint& after, const std::vector<ServicePort>& ports) {
    auto values = EndpointValues(before, after).take();
    // The name of a new endpoint tells its ports.
    if (sign == Sign::added) std::erase_if(values, [](const auto& value) { return value.name.starts_with("port "); });
    if (sign == Sign::changed && values.empty()) return;
    words_.push_back({Part::endpoint, sign, endpoint_name(after, ports), std::move(values)});
  }

  std::vector<PartChange> words_;
};

/// `before` and `after` are null where there is no object: then its enums are no values.
void compare(Words& words, const ServiceEntry* before, const ServiceEntry* after) {
  static const ServiceEntry kNone;
  const ServiceEntry& old = before != nullptr ? *before : kNone;
  const ServiceEntry& now = after != nullptr ? *after : kNone;
  const auto enumeration = [&](const std::string& name, auto member) {
    words.value(Part::field, name, before != nullptr ? text_of(old.*member) : Value(),
                after != nullptr ? text_of(now.*member) : Value());
  };
  enumeration("location", &ServiceEntry::location);
  enumeration("resolution", &ServiceEntry::resolution);
  words.set(Part::host, old.hosts, now.hosts);
  words.set(Part::address, old.addresses, now.addresses);
  words.ports(old.ports, now.ports);
  words.endpoints(old, now);
  words.set(Part::export_to, old.export_to, now.export_to);
  words.set(Part::subject_alt_name, old.subject_alt_names, now.subject_alt_names);
  words.map(Part::selector_label, old.workload_selector.labels, now.workload_selector.labels);
  words.map(Part::label, old.meta.labels, now.meta.labels);
  words.map(Part::annotation, old.meta.annotations, now.meta.annotations);
}

void compare(Words& words, const WorkloadEntry* before, const WorkloadEntry* after) {
  static const WorkloadEntry kNone;
  const WorkloadEntry& old = before != nullptr ? *before : kNone;
  const WorkloadEntry& now = after != nullptr ? *after : kNone;
  words.value(Part::field, "address", text_of(old.spec.address), text_of(now.spec.address));
  words.value(Part::field, "locality", text_of(old.spec.locality), text_of(now.spec.locality));
  words.value(Part::field, "network", text_of(old.spec.network), text_of(now.spec.network));
  words.value(Part::field, "serviceAccount", text_of(old.spec.service_account), text_of(now.spec.service_account));
  words.value(Part::field, "weight", text_of(old.spec.weight), text_of(now.spec.weight));
  words.map(Part::port, old.spec.ports, now.spec.ports);
  words.map(Part::endpoint_label, old.spec.labels, now.spec.labels);
  words.map(Part::label, old.meta.labels, now.meta.labels);
  words.map(Part::annotation, old.meta.annotations, now.meta.annotations);
}

template <typename Object>
const Object* object_in(const std::optional<Manifest>& manifest) {
  return manifest ? std::get_if<Object>(&*manifest) : nullptr;
}

/// Where a port of the service leads on this endpoint.
std::uint32_t real_port(const Endpoint& endpoint, const ServicePort& port) {
  const auto mapped = std::ranges::find(endpoint.ports, port.name, &PortMap::value_type::first);
  if (mapped != endpoint.ports.end()) return mapped->second;
  return port.target_port != 0 ? port.target_port : port.number;
}

}  // namespace

const PartNames& names_of(Part part) {
  return kPartNames[static_cast<std::size_t>(part)];
}

std::vector<PartChange> changes_in_words(const Change& change) {
  Words words;
  compare(words, object_in<ServiceEntry>(change.before), object_in<ServiceEntry>(change.after));
  compare(words, object_in<WorkloadEntry>(change.before), object_in<WorkloadEntry>(change.after));
  return words.take();
}

std::string endpoint_name(const Endpoint& endpoint, std::span<const ServicePort> service_ports) {
  std::set<std::uint32_t> numbers;
  for (const ServicePort& port : service_ports) numbers.insert(real_port(endpoint, port));
  if (service_ports.empty()) {
    for (const auto& [name, number] : endpoint.ports) numbers.insert(number);
  }
  constexpr std::string_view kUnixSocket = "unix://";
  const std::string& address = endpoint.address;
  if (numbers.empty() || address.starts_with(kUnixSocket)) return address;

  constexpr std::size_t kMostPorts = 4;
  std::vector<std::string> shown;
  for (const std::uint32_t number : numbers) shown.push_back(std::to_string(number));
  if (shown.size() > kMostPorts) {
    shown.resize(kMostPorts);
    shown.emplace_back("…");
  }
  const bool is_ipv6 = address.find(':') != std::string::npos;
  return fmt::format("{}:{}", is_ipv6 ? fmt::format("[{}]", address) : address, fmt::join(shown, ","));
}

}  // namespace r2i::plan
