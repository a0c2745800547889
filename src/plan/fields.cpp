#include "plan/fields.hpp"

#include "base/order.hpp"
#include "base/text.hpp"
#include "model/manifest_fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <type_traits>

namespace r2i::plan {

namespace {

/// Whether a member is not written: what is empty, or zero.
template <typename Member>
bool is_absent(const Member& member) {
  if constexpr (std::is_same_v<Member, WorkloadSelector>) {
    return member.labels.empty();
  } else if constexpr (std::is_arithmetic_v<Member>) {
    return member == 0;
  } else if constexpr (std::is_enum_v<Member>) {
    return false;
  } else {
    return member.empty();
  }
}

void add_port_step(std::string& path, const ServicePort& port) {
  path.append("[name=\"").append(port.name).append("\"]");
}

/// Walks along visit_…() and tells `on_leaf(path, member)` of each value that is written and owned as one.
template <typename OnLeaf>
class Walker {
 public:
  Walker(std::string path, OnLeaf& on_leaf) : path_(std::move(path)), on_leaf_(on_leaf) {}

  template <typename T>
  void field(std::string_view name, T& member) {
    if (is_absent(member)) return;
    const std::size_t length = path_.size();
    path_.append(".").append(name);
    walk(member);
    path_.resize(length);
  }

 private:
  template <typename T>
  void walk(T& member) {
    using Member = std::remove_const_t<T>;
    const std::size_t length = path_.size();
    constexpr bool kIsMap = std::is_same_v<Member, Pairs> || std::is_same_v<Member, SharedPairs>;
    if constexpr (kIsMap || std::is_same_v<Member, PortMap>) {
      for (auto& [key, value] : member) {
        path_.append(".").append(key);
        on_leaf_.entry(path_, value);
        path_.resize(length);
      }
    } else if constexpr (std::is_same_v<Member, std::vector<ServicePort>>) {
      for (auto& port : member) {
        add_port_step(path_, port);
        visit_port(*this, port);
        path_.resize(length);
      }
    } else if constexpr (std::is_same_v<Member, WorkloadSelector>) {
      visit_selector(*this, member);
    } else {
      on_leaf_(path_, member);
    }
  }

  std::string path_;  ///< of the value that is walked through
  OnLeaf& on_leaf_;
};

/// All leaves of an object but its name and namespace, which are what it is found by.
template <typename Object, typename OnLeaf>
void walk_object(Object& object, OnLeaf&& on_leaf) {
  Walker meta(".metadata", on_leaf);
  meta.field("annotations", object.meta.annotations);
  meta.field("labels", object.meta.labels);
  Walker spec(".spec", on_leaf);
  if constexpr (std::is_same_v<std::remove_const_t<Object>, ServiceEntry>) {
    visit_service_entry(spec, object);
  } else {
    visit_endpoint(spec, object.spec);
  }
}

class Collector {
 public:
  explicit Collector(std::vector<Field>& out) : out_(out) {}

  /// Of a map: an empty value is a value there.
  void entry(const std::string& path, const std::string& value) { out_.push_back({path, std::string_view(value)}); }
  void entry(const std::string& path, std::uint32_t value) { out_.push_back({path, value}); }

  void operator()(const std::string& path, const std::string& value) {
    out_.push_back({path, std::string_view(value)});
  }
  void operator()(const std::string& path, std::uint32_t value) { out_.push_back({path, value}); }
  void operator()(const std::string& path, Location value) {
    out_.push_back({path, kLocationNames[static_cast<std::size_t>(value)]});
  }
  void operator()(const std::string& path, Resolution value) {
    out_.push_back({path, kResolutionNames[static_cast<std::size_t>(value)]});
  }
  template <typename Item>
  void operator()(const std::string& path, const std::vector<Item>& values) {
    out_.push_back({path, &values});
  }

 private:
  std::vector<Field>& out_;
};

/// Ticks off paths of a set as they are met, mostly in their order.
class Ticker {
 public:
  explicit Ticker(const FieldSet& set) : paths_(set.paths()), met_(paths_.size()) {}

  void entry(const std::string& path, const auto& /*value*/) { tick(path); }
  void operator()(const std::string& path, const auto& /*value*/) { tick(path); }
  [[nodiscard]] bool all() const { return std::ranges::find(met_, 0) == met_.end(); }

 private:
  void tick(const std::string& path) {
    if (next_ == paths_.size() || paths_[next_] != path) {
      const auto found = std::ranges::lower_bound(paths_, path);
      if (found == paths_.end() || *found != path) return;
      next_ = static_cast<std::size_t>(found - paths_.begin());
    }
    met_[next_++] = 1;
  }

  const std::vector<std::string>& paths_;
  std::vector<char> met_;
  std::size_t next_ = 0;
};

/// Empties what is not to be kept; entries of maps have gone before.
class Eraser {
 public:
  explicit Eraser(const std::function<bool(const std::string&)>& keep) : keep_(keep) {}

  template <typename T>
  void entry(const std::string& /*path*/, T& /*value*/) {}
  template <typename T>
  void operator()(const std::string& path, T& value) {
    if constexpr (!std::is_enum_v<T>) {
      if (!keep_(path)) value = T{};
    }
  }

 private:
  const std::function<bool(const std::string&)>& keep_;
};

/// Takes entries of a map away; a walk alone could only empty their values.
void keep_entries(auto& map, const std::string& path, const std::function<bool(const std::string&)>& keep) {
  std::erase_if(map, [&](const auto& entry) { return !keep(path + "." + entry.first); });
}
void keep_entries(SharedPairs& shared, const std::string& path, const std::function<bool(const std::string&)>& keep) {
  Pairs pairs = shared;
  keep_entries(pairs, path, keep);
  shared = std::move(pairs);
}

std::vector<std::string> sorted(const std::vector<std::string>& values) {
  std::vector<std::string> copy = values;
  std::ranges::sort(copy);
  return copy;
}

PortMap sorted_ports(const Endpoint& endpoint) {
  PortMap ports = endpoint.ports;
  std::ranges::sort(ports);
  return ports;
}

Pairs sorted_labels(const Endpoint& endpoint) {
  Pairs labels = endpoint.labels;
  std::ranges::sort(labels);
  return labels;
}

/// Endpoints with their maps and themselves in one order, whatever order they came in.
std::vector<Endpoint> sorted(const std::vector<Endpoint>& endpoints) {
  std::vector<Endpoint> copy = endpoints;
  for (Endpoint& endpoint : copy) {
    endpoint.ports = sorted_ports(endpoint);
    endpoint.labels = sorted_labels(endpoint);
  }
  const auto tie = [](const Endpoint& e) {
    return std::tie(e.address, e.ports, e.network, e.locality, e.service_account, e.weight, e.labels);
  };
  std::ranges::sort(copy, [&](const Endpoint& a, const Endpoint& b) { return tie(a) < tie(b); });
  return copy;
}

struct SameValue {
  template <typename T>
  bool operator()(const T& a, const T& b) const {
    return a == b;
  }
  template <typename Item>
  bool operator()(const std::vector<Item>* a, const std::vector<Item>* b) const {
    return *a == *b || (a->size() == b->size() && sorted(*a) == sorted(*b));
  }
  template <typename A, typename B>
  bool operator()(const A& /*a*/, const B& /*b*/) const {
    return false;
  }
};

struct InWords {
  std::string operator()(std::string_view value) const { return in_quotes(value); }
  std::string operator()(std::uint32_t value) const { return fmt::to_string(value); }
  std::string operator()(const std::vector<std::string>* values) const {
    constexpr std::size_t kMostShown = 3;
    std::vector<std::string> shown;
    for (const std::string& value : *values) {
      if (shown.size() == kMostShown) break;
      shown.push_back(in_quotes(value));
    }
    const std::string more =
        values->size() > kMostShown ? fmt::format(" and {} more", values->size() - kMostShown) : "";
    return join(shown, ", ") + more;
  }
  std::string operator()(const std::vector<Endpoint>* values) const {
    std::vector<std::string> addresses;
    for (const Endpoint& endpoint : *values) addresses.push_back(endpoint.address);
    return fmt::format("{} ({})", counted(values->size(), "endpoint"), (*this)(&addresses));
  }
};

}  // namespace

std::string port_path(std::string_view list, const ServicePort& port) {
  std::string path(list);
  add_port_step(path, port);
  return path;
}

std::vector<Field> fields_of(const Manifest& manifest) {
  std::vector<Field> fields;
  constexpr std::size_t kUsual = 24;
  fields.reserve(kUsual);
  std::visit([&](const auto& object) { walk_object(object, Collector(fields)); }, manifest);
  bring_in_order(fields, std::less(), &Field::path);
  return fields;
}

bool has_fields(const Manifest& manifest, const FieldSet& paths) {
  Ticker ticker(paths);
  std::visit([&](const auto& object) { walk_object(object, ticker); }, manifest);
  return ticker.all();
}

bool same_value(const FieldValue& a, const FieldValue& b) {
  return std::visit(SameValue{}, a, b);
}

std::string in_words(const FieldValue& value) {
  return std::visit(InWords{}, value);
}

Manifest keep_fields(const Manifest& manifest, const std::function<bool(const std::string&)>& keep) {
  Manifest copy = manifest;
  std::visit(
      [&](auto& object) {
        keep_entries(object.meta.annotations, ".metadata.annotations", keep);
        keep_entries(object.meta.labels, ".metadata.labels", keep);
        if constexpr (std::is_same_v<std::decay_t<decltype(object)>, ServiceEntry>) {
          keep_entries(object.workload_selector.labels, ".spec.workloadSelector.labels", keep);
          // Whoever has a part of a port has its name, which is what it is found by.
          std::erase_if(object.ports,
                        [&](const ServicePort& port) { return !keep(port_path(".spec.ports", port) + ".name"); });
        } else {
          keep_entries(object.spec.labels, ".spec.labels", keep);
          keep_entries(object.spec.ports, ".spec.ports", keep);
        }
        walk_object(object, Eraser(keep));
      },
      copy);
  return copy;
}

}  // namespace r2i::plan
