#pragma once

#include "base/by_text.hpp"
#include "base/pattern_set.hpp"
#include "model/conversion.hpp"
#include "model/service.hpp"
#include "transform/rule_bits.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace r2i::transform {

/// What all rules ask of one field, as one automaton.
class FieldIndex {
 public:
  /// `patterns_of` gives what a rule asks of the field: patterns of which one must match; none: nothing is asked.
  FieldIndex(const std::vector<Rule>& rules,
             const std::function<const std::vector<std::string>&(const Rule&)>& patterns_of);

  /// Takes away the rules that ask something else of the field than this text.
  void keep(std::string_view text, RuleBits& rules);
  /// The same for a field with several texts, of which one must match.
  void keep_any(const std::vector<std::string>& texts, RuleBits& rules);
  /// The same for a field that is not there.
  void keep_none(RuleBits& rules) const;

 private:
  const RuleBits& matching(std::string_view text);

  std::vector<std::size_t> rule_of_;  ///< by the position of a pattern
  RuleBits asks_;
  RuleBits none_;
  PatternSet set_;
  ByText<RuleBits> known_;  ///< what was found of the latest texts: most come often
};

/// Finds the rules that are for a service or an instance. Its cost grows with the length of names, hardly with the
/// number of rules.
class RuleIndex {
 public:
  explicit RuleIndex(const std::vector<Rule>& rules);

  /// The rules whose conditions on services hold. Those on instances are not looked at.
  [[nodiscard]] RuleBits for_service(const Service& service);
  /// Of those, the ones whose conditions on instances hold for this one.
  [[nodiscard]] RuleBits for_instance(const Service& service, const Instance& instance, const RuleBits& rules);
  /// Those with conditions on instances.
  [[nodiscard]] const RuleBits& of_instances() const { return of_instances_; }

 private:
  const std::vector<Rule>* rules_;
  RuleBits all_;
  RuleBits of_instances_;
  RuleBits of_places_;  ///< those that ask for a port or a network
  FieldIndex sources_;
  FieldIndex kinds_;
  FieldIndex services_;
  FieldIndex datacenters_;
  FieldIndex groups_;
  FieldIndex namespaces_;
  FieldIndex tags_;
  std::map<std::string, FieldIndex> metadata_;  ///< by key
};

}  // namespace r2i::transform
