#include "model/describe.hpp"

#include "model/manifest_fields.hpp"

#include <string>

namespace r2i {

namespace {

/// Writes each field that is not empty; enums always, since Istio's defaults for them are not ours.
class FieldWriter {
 public:
  explicit FieldWriter(Sink& sink) : sink_(sink) {}

  void field(std::string_view name, const std::string& value) {
    if (value.empty()) return;
    sink_.key(name);
    sink_.string(value);
  }
  void field(std::string_view name, std::uint32_t value) {
    if (value == 0) return;
    sink_.key(name);
    sink_.integer(value);
  }
  void field(std::string_view name, Location value) {
    enum_name(name, kLocationNames[static_cast<std::size_t>(value)]);
  }
  void field(std::string_view name, Resolution value) {
    enum_name(name, kResolutionNames[static_cast<std::size_t>(value)]);
  }
  void field(std::string_view name, const std::vector<std::string>& values) {
    list(name, values, [this](const std::string& value) { sink_.string(value); });
  }
  void field(std::string_view name, const Pairs& pairs) {
    map(name, pairs, [this](const std::string& value) { sink_.string(value); });
  }
  void field(std::string_view name, const PortMap& ports) {
    map(name, ports, [this](std::uint32_t value) { sink_.integer(value); });
  }
  void field(std::string_view name, const std::vector<Endpoint>& endpoints) {
    list(name, endpoints, [this](const Endpoint& endpoint) {
      sink_.begin_map();
      visit_endpoint(*this, endpoint);
      sink_.end_map();
    });
  }
  void field(std::string_view name, const std::vector<ServicePort>& ports) {
    list(name, ports, [this](const ServicePort& port) {
      sink_.begin_map();
      visit_port(*this, port);
      sink_.end_map();
    });
  }
  void field(std::string_view name, const WorkloadSelector& selector) {
    if (selector.labels.empty()) return;
    sink_.key(name);
    sink_.begin_map();
    visit_selector(*this, selector);
    sink_.end_map();
  }

 private:
  void enum_name(std::string_view name, std::string_view value) {
    sink_.key(name);
    sink_.string(value);
  }

  template <typename Items, typename Write>
  void list(std::string_view name, const Items& items, Write write) {
    if (items.empty()) return;
    sink_.key(name);
    sink_.begin_list();
    for (const auto& item : items) write(item);
    sink_.end_list();
  }

  template <typename Items, typename Write>
  void map(std::string_view name, const Items& items, Write write) {
    if (items.empty()) return;
    sink_.key(name);
    sink_.begin_map();
    for (const auto& [key, value] : items) {
      sink_.key(key);
      write(value);
    }
    sink_.end_map();
  }

  Sink& sink_;
};

template <typename WriteSpec>
void describe_object(Sink& sink, std::string_view kind, const ObjectMeta& meta, std::string_view version,
                     WriteSpec spec) {
  FieldWriter writer(sink);
  sink.begin_map();
  sink.key("apiVersion");
  sink.string("networking.istio.io/" + std::string(version));
  sink.key("kind");
  sink.string(kind);
  sink.key("metadata");
  sink.begin_map();
  visit_meta(writer, meta);
  sink.end_map();
  sink.key("spec");
  sink.begin_map();
  spec(writer);
  sink.end_map();
  sink.end_map();
}

}  // namespace

void describe(Sink& sink, const ServiceEntry& entry, std::string_view version) {
  describe_object(sink, "ServiceEntry", entry.meta, version,
                  [&](FieldWriter& writer) { visit_service_entry(writer, entry); });
}

void describe(Sink& sink, const WorkloadEntry& entry, std::string_view version) {
  describe_object(sink, "WorkloadEntry", entry.meta, version,
                  [&](FieldWriter& writer) { visit_endpoint(writer, entry.spec); });
}

void describe(Sink& sink, const Manifest& manifest, std::string_view version) {
  std::visit([&](const auto& entry) { describe(sink, entry, version); }, manifest);
}

const ObjectMeta& meta_of(const Manifest& manifest) {
  return std::visit([](const auto& entry) -> const ObjectMeta& { return entry.meta; }, manifest);
}

std::string_view kind_of(const Manifest& manifest) {
  return std::holds_alternative<ServiceEntry>(manifest) ? "ServiceEntry" : "WorkloadEntry";
}

}  // namespace r2i
