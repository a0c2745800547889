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

bool is_in(const Instance& instance, const std::vector<IpNetwork>& networks) {
  const auto address = IpAddress::parse(bare_address(instance));
  return address && contains(networks, *address);
}

}  // namespace

FieldIndex::FieldIndex(const std::vector<Rule>& rules, const PatternsOf& patterns_of)
    : asks_(rules.size(), 0), set_(all_patterns(rules, patterns_of)) {
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const std::size_t count = patterns_of(rules[i]).size();
    rule_of_.insert(rule_of_.end(), count, i);
    asks_[i] = count > 0 ? 1 : 0;
  }
}

void FieldIndex::mark(std::string_view text, RuleBits& found) const {
  for (const int pattern : set_.matching(text)) found[rule_of_[static_cast<std::size_t>(pattern)]] = 1;
}

void FieldIndex::keep_found(const RuleBits& found, RuleBits& rules) const {
  for (std::size_t i = 0; i < rules.size(); ++i) {
    if (asks_[i] != 0 && found[i] == 0) rules[i] = 0;
  }
}

void FieldIndex::keep(std::string_view text, RuleBits& rules) const {
  if (empty()) return;
  RuleBits found(rules.size(), 0);
  mark(text, found);
  keep_found(found, rules);
}

void FieldIndex::keep_any(const std::vector<std::string>& texts, RuleBits& rules) const {
  if (empty()) return;
  RuleBits found(rules.size(), 0);
  for (const std::string& text : texts) mark(text, found);
  keep_found(found, rules);
}

RuleIndex::RuleIndex(const std::vector<Rule>& rules)
    : rules_(&rules),
      sources_(rules, member(&RuleMatch::sources)),
      kinds_(rules, member(&RuleMatch::kinds)),
      services_(rules, member(&RuleMatch::services)),
      datacenters_(rules, member(&RuleMatch::datacenters)),
      groups_(rules, member(&RuleMatch::groups)),
      namespaces_(rules, member(&RuleMatch::namespaces)),
      tags_(rules, member(&RuleMatch::tags)),
      metadata_(metadata_indexes(rules)) {}

RuleBits RuleIndex::for_service(const Service& service) const {
  RuleBits rules(rules_->size(), 1);
  const Scope& scope = *service.scope;
  sources_.keep(scope.source->name, rules);
  kinds_.keep(scope.source->kind, rules);
  services_.keep(service.name, rules);
  datacenters_.keep(scope.datacenter, rules);
  groups_.keep(service.group, rules);
  namespaces_.keep(service.nspace, rules);
  return rules;
}

RuleBits RuleIndex::for_instance(const Service& service, const Instance& instance, const RuleBits& rules) const {
  RuleBits left = rules;
  tags_.keep_any(instance.tags, left);
  for (const auto& [key, index] : metadata_) {
    auto value = find_value(instance.metadata, key);
    if (!value) value = find_value(service.metadata, key);
    index.keep_any(value ? std::vector<std::string>{std::string(*value)} : std::vector<std::string>{}, left);
  }
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (left[i] == 0) continue;
    const RuleMatch& match = (*rules_)[i].match;
    const bool holds = (match.ports.empty() || has_port(instance, match.ports)) &&
                       (match.networks.empty() || is_in(instance, match.networks));
    if (!holds) left[i] = 0;
  }
  return left;
}

}  // namespace r2i::transform
