#include "transform/rule_book.hpp"

#include "transform/metadata.hpp"

#include <algorithm>

namespace r2i::transform {

namespace {

/// Where the configuration names a metadata key that is not there, it says nothing.
template <typename T>
bool says_something(const Decided<Stated<T>>& decided, const Service& service, const Instance* instance) {
  const std::string& key = decided.value.metadata_key;
  return key.empty() || metadata_value(service, instance, key).has_value();
}
template <typename T>
bool says_something(const Decided<T>& /*decided*/, const Service& /*service*/, const Instance* /*instance*/) {
  return true;
}

template <typename T>
void choose(const Decided<T>*& slot, const Decided<T>& decided) {
  slot = &decided;
}
template <typename T>
void choose(std::vector<const Decided<T>*>& slot, const Decided<T>& decided) {
  slot.push_back(&decided);
}

/// Lays what a place says over what was chosen before.
void lay_over(Choices& choices, const ConversionPatch& patch, const Service& service, const Instance* instance) {
  visit_fields(choices, patch, [&](const char* /*key*/, auto& slot, const auto& given) {
    if (given && says_something(*given, service, instance)) choose(slot, *given);
  });
}

bool asks_metadata(const ConversionPatch& patch) {
  return (patch.weight && !patch.weight->value.metadata_key.empty()) ||
         (patch.locality && !patch.locality->value.metadata_key.empty());
}

bool asks_metadata(const ConversionSettings& settings) {
  return asks_metadata(settings.defaults) || asks_metadata(settings.typed) ||
         std::ranges::any_of(settings.sources, [](const auto& source) { return asks_metadata(source.second); }) ||
         std::ranges::any_of(settings.rules, [](const Rule& rule) { return asks_metadata(rule.set); });
}

}  // namespace

RuleBook::RuleBook(const ConversionSettings& settings)
    : settings_(settings),
      index_(settings.rules),
      used_(settings.rules.size()),
      instances_differ_(asks_metadata(settings)) {}

Choices RuleBook::chosen(const RuleBits& holds, const Service& service, const Instance* instance) const {
  Choices choices;
  lay_over(choices, settings_.defaults, service, instance);
  const auto source = settings_.sources.find(service.scope->source->name);
  if (source != settings_.sources.end()) lay_over(choices, source->second, service, instance);
  holds.for_each([&](std::size_t i) { lay_over(choices, settings_.rules[i].set, service, instance); });
  lay_over(choices, settings_.typed, service, instance);
  return choices;
}

ServiceChoices RuleBook::choices_for(const Service& service) {
  RuleBits holds = index_.for_service(service);
  const bool asks_instances = holds.meets(index_.of_instances());
  std::vector<RuleBits> of_instances;
  if (asks_instances || instances_differ_) {
    RuleBits of_some(settings_.rules.size());
    for (const Instance& instance : service.instances) {
      of_instances.push_back(asks_instances ? index_.for_instance(service, instance, holds) : holds);
      of_some.add(of_instances.back());
    }
    holds.keep(of_some, index_.of_instances());
  }
  used_.add(holds);

  ServiceChoices result{chosen(holds, service, nullptr), {}};
  result.instances.reserve(of_instances.size());
  for (std::size_t i = 0; i < of_instances.size(); ++i)
    result.instances.push_back(chosen(of_instances[i], service, &service.instances[i]));
  return result;
}

std::vector<const Rule*> RuleBook::unused() const {
  std::vector<const Rule*> rules;
  for (std::size_t i = 0; i < settings_.rules.size(); ++i) {
    if (!used_.contains(i)) rules.push_back(&settings_.rules[i]);
  }
  return rules;
}

}  // namespace r2i::transform
