#include "commands/why_service.hpp"

#include "base/text.hpp"
#include "model/codes.hpp"
#include "transform/candidate.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace r2i::commands {

namespace {

bool takes_instance(const Diagnostic& diagnostic) {
  return code_info(diagnostic.code).loss == Loss::instance;
}

/// What is known of all instances that look alike in messages: two registrations of one process under one id.
struct Alike {
  std::vector<transform::ExplainedEndpoint> endpoints;
  std::vector<Diagnostic> losses;
  std::vector<Diagnostic> notes;
};

std::string_view first_label(std::string_view host) {
  return host.substr(0, host.find('.'));
}

}  // namespace

std::size_t ServiceStory::endpoints() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(instances, [](const InstanceStory& one) { return one.endpoint.has_value(); }));
}

std::string_view ServiceStory::outcome() const {
  if (!objects.empty()) return "exported";
  if (!complete) return "not read in full";
  const bool failed =
      std::ranges::any_of(diagnostics, [](const Diagnostic& d) { return d.severity == Severity::error; });
  return failed ? "withheld" : "left out";
}

void tell_instances(ServiceStory& story, std::vector<Diagnostic> about) {
  std::map<std::string, Alike> by_name;
  const Service& kept = story.explained.service;
  for (transform::ExplainedEndpoint& endpoint : transform::explain_endpoints(story.explained))
    by_name[transform::display(kept, kept.instances[endpoint.instance])].endpoints.push_back(std::move(endpoint));
  for (Diagnostic& diagnostic : about) {
    Alike& alike = by_name[diagnostic.subject];
    (takes_instance(diagnostic) ? alike.losses : alike.notes).push_back(std::move(diagnostic));
  }
  std::vector<const Instance*> all;
  for (const Instance& instance : story.read.instances) all.push_back(&instance);
  // Of those that look alike the healthiest is the one that stays.
  std::ranges::stable_sort(all, [&](const Instance* a, const Instance* b) {
    return std::pair(transform::display(story.read, *a), a->health) <
           std::pair(transform::display(story.read, *b), b->health);
  });
  const std::size_t prefix = story.display.size() + std::string_view(", instance ").size();
  for (const Instance* instance : all) {
    const std::string name = transform::display(story.read, *instance);
    Alike& alike = by_name[name];
    InstanceStory one{instance, name.substr(std::min(prefix, name.size()))};
    if (!alike.endpoints.empty()) {
      one.endpoint = std::move(alike.endpoints.front());
      alike.endpoints.erase(alike.endpoints.begin());
      one.settings = transform::explain_instance(story.explained.choices, one.endpoint->instance);
    } else if (!alike.losses.empty()) {
      one.diagnostics.push_back(std::move(alike.losses.front()));
      alike.losses.erase(alike.losses.begin());
    }
    for (Diagnostic& note : std::exchange(alike.notes, {})) one.diagnostics.push_back(std::move(note));
    story.instances.push_back(std::move(one));
  }
}

bool is_object_of(const ServiceStory& story, const ServiceEntry& entry) {
  const Scope& scope = *story.read.scope;
  const std::string& host = entry.hosts.front();
  if (host != story.explained.host.value && std::ranges::find(story.aliases, host) == story.aliases.end()) return false;
  const auto has = [](const Pairs& pairs, std::string_view key, const std::string& value) {
    return find_value(pairs, key) == std::string_view(value);
  };
  if (!has(entry.meta.labels, mark::kSource, scope.source->name) ||
      !has(entry.meta.annotations, mark::kScope, clean_text(scope.name)))
    return false;
  const auto service = find_value(entry.meta.annotations, mark::kService);
  return service ? *service == clean_text(story.name)
                 : host == story.name || host.starts_with(story.name + ".") || first_label(host) == story.name;
}

}  // namespace r2i::commands
