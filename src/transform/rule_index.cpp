#include "transform/rule_index.hpp"

#include "transform/address.hpp"

#include <algorithm>
#include <set>

namespace r2i::transform {

namespace {

using PatternsOf = std::function<const std::vector<std::string>&(const Rule&)>;

std::vector<std::string> all_patterns(const std::vector<Rule>& rules, const PatternsOf& patterns_of) {
  std::vector<std::string> all;
  for (const Rule& rule : rules) {
    const auto& patterns = patterns_of(rule);
    all.insert(all.end(), patterns.begin(), patterns.end());
  }
  return all;
}

PatternsOf member(std::vector<std::string> RuleMatch::*field) {
  return [field](const Rule& rule) -> const std::vector<std::string>& { return rule.match.*field; };
}

PatternsOf metadata_key(const std::string& key) {
  return [key](const Rule& rule) -> const std::vector<std::string>& {
    static const std::vector<std::string> kNothing;
    const auto found = rule.match.metadata.find(key);
    return found == rule.match.metadata.end() ? kNothing : found->second;
  };
}

std::map<std::string, FieldIndex> metadata_indexes(const std::vector<Rule>& rules) {
  std::set<std::string> keys;
  for (const Rule& rule : rules) {
    for (const auto& [key, patterns] : rule.match.metadata) keys.insert(key);
  }
  std::map<std::string, FieldIndex> indexes;
  for (const std::string& key : keys) indexes.emplace(key, FieldIndex(rules, metadata_key(key)));
  return indexes;
}

bool has_port(const Instance& instance, const std::vector<PortRange>& ranges) {
  return std::ranges::any_of(instance.ports, [&](const Port& port) {
    return std::ranges::any_of(
        ranges, [&](const PortRange& range) { return port.number >= range.first && port.number <= range.second; });
  });
}

RuleBits rules_that(const std::vector<Rule>& rules, const std::function<bool(const Rule&)>& hold) {
  RuleBits bits(rules.size());
  for (std::size_t i = 0; i < rules.size(); ++i) {
    if (hold(rules[i])) bits.add(i);
  }
  return bits;
}

}  // namespace

FieldIndex::FieldIndex(const std::vector<Rule>& rules, const PatternsOf& patterns_of)
    : asks_(rules_that(rules, [&](const Rule& rule) { return !patterns_of(rule).empty(); })),
      none_(rules.size()),
      set_(all_patterns(rules, patterns_of)) {
  for (std::size_t i = 0; i < rules.size(); ++i) rule_of_.insert(rule_of_.end(), patterns_of(rules[i]).size(), i);
}

const RuleBits& FieldIndex::matching(std::string_view text) {
  constexpr std::size_t kMost = 4096;
  const auto known = known_.find(text);
  if (known != known_.end()) return known->second;
  if (known_.size() >= kMost) known_.clear();
  RuleBits& found = known_.emplace(text, none_).first->second;
  for (const int pattern : set_.matching(text)) found.add(rule_of_[static_cast<std::size_t>(pattern)]);
  return found;
}

void FieldIndex::keep(std::string_view text, RuleBits& rules) {
  if (!set_.empty()) rules.keep(matching(text), asks_);
}

void FieldIndex::keep_any(const std::vector<std::string>& texts, RuleBits& rules) {
  if (set_.empty()) return;
  RuleBits found = none_;
  for (const std::string& text : texts) found.add(matching(text));
  rules.keep(found, asks_);
}

void FieldIndex::keep_none(RuleBits& rules) const {
  rules.keep(none_, asks_);
}

RuleIndex::RuleIndex(const std::vector<Rule>& rules)
    : rules_(&rules),
      all_(rules_that(rules, [](const Rule&) { return true; })),
      of_instances_(rules_that(rules, [](const Rule& rule) { return rule.match.asks_instances(); })),
      of_places_(rules_that(
          rules, [](const Rule& rule) { return !rule.match.ports.empty() || !rule.match.networks.empty(); })),
      sources_(rules, member(&RuleMatch::sources)),
      kinds_(rules, member(&RuleMatch::kinds)),
      services_(rules, member(&RuleMatch::services)),
      datacenters_(rules, member(&RuleMatch::datacenters)),
      groups_(rules, member(&RuleMatch::groups)),
      namespaces_(rules, member(&RuleMatch::namespaces)),
      tags_(rules, member(&RuleMatch::tags)),
      metadata_(metadata_indexes(rules)) {}

RuleBits RuleIndex::for_service(const Service& service) {
  RuleBits rules = all_;
  const Scope& scope = *service.scope;
  sources_.keep(scope.source->name, rules);
  kinds_.keep(scope.source->kind, rules);
  services_.keep(service.name, rules);
  datacenters_.keep(scope.datacenter, rules);
  groups_.keep(service.group, rules);
  namespaces_.keep(service.nspace, rules);
  return rules;
}

RuleBits RuleIndex::for_instance(const Service& service, const Instance& instance, const RuleBits& rules) {
  RuleBits left = rules;
  tags_.keep_any(instance.tags, left);
  for (auto& [key, index] : metadata_) {
    auto value = find_value(instance.metadata, key);
    if (!value) value = find_value(service.metadata, key);
    if (value) {
      index.keep(*value, left);
    } else {
      index.keep_none(left);
    }
  }
  if (!left.meets(of_places_)) return left;
  const auto address = IpAddress::parse(bare_address(instance));
  const RuleBits before = left;
  before.for_each([&](std::size_t i) {
    const RuleMatch& match = (*rules_)[i].match;
    const bool holds = (match.ports.empty() || has_port(instance, match.ports)) &&
                       (match.networks.empty() || (address && contains(match.networks, *address)));
    if (!holds) left.remove(i);
  });
  return left;
}

}  // namespace r2i::transform
