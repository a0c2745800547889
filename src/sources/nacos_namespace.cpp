#include "sources/nacos_namespace.hpp"

#include "base/text.hpp"
#include "sources/nacos_instance.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace r2i::sources::nacos {

namespace {

std::shared_ptr<const Scope> scope_of(std::shared_ptr<const SourceInfo> source, const std::string& id) {
  Scope scope;
  scope.source = std::move(source);
  scope.name = id;
  return std::make_shared<const Scope>(std::move(scope));
}

}  // namespace

std::string display_of(const ServiceKey& key) {
  if (key.group == "DEFAULT_GROUP") return fmt::format("service {}", in_quotes(key.name));
  return fmt::format("service {} of group {}", in_quotes(key.name), in_quotes(key.group));
}

Namespace::Namespace(const Options& options, std::shared_ptr<const SourceInfo> source, const std::string& id,
                     const NameFilter& names, ServiceSink& services)
    : options_(options), scope_(scope_of(std::move(source), id)), names_(names), services_(services) {}

bool Namespace::wants(const ServiceKey& key) {
  if (!options_.groups.empty() && !std::ranges::binary_search(options_.groups, key.group)) return false;
  const auto refusal = names_.refusal(key.name);
  if (refusal && refused_.insert(key).second) {
    report_.note(Code::excluded_by_name, display_of(key), std::string(*refusal));
  }
  return !refusal;
}

void Namespace::take(Found found, bool is_protected) {
  if (!found.malformed.empty()) {
    lose(found.key, Code::entry_malformed, found.malformed);
    return;
  }
  if (is_protected) {
    report_.note(Code::protection_reached, display_of(found.key),
                 "too few of its instances are healthy, so that Nacos gives out all of them as healthy");
  }
  if (!options_.clusters.empty()) {
    std::erase_if(found.instances, [&](const Instance& instance) {
      return !std::ranges::binary_search(options_.clusters, cluster_of(instance));
    });
  }
  hand_over(found.key, true, std::move(found.metadata), std::move(found.instances));
}

void Namespace::lose(const ServiceKey& key, Code code, const std::string& why) {
  report_.problem(code, display_of(key), why);
  hand_over(key, false, {}, {});
}

void Namespace::compare(std::uint64_t before, std::uint64_t after) {
  if (after * 2 >= before) return;
  report_.problem(
      Code::services_vanish, "",
      fmt::format("there were {} when the reading began, and {} when it ended", counted(before, "service"), after));
}

void Namespace::hand_over(const ServiceKey& key, bool complete, Pairs metadata, std::vector<Instance> instances) {
  if (!seen_.insert(key).second) return;
  Service service;
  service.name = key.name;
  service.group = key.group;
  service.nspace = id();
  service.scope = scope_;
  service.complete = complete;
  service.metadata = std::move(metadata);
  service.instances = std::move(instances);
  services_.service(std::move(service));
}

}  // namespace r2i::sources::nacos
