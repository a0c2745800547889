#pragma once

#include "base/pattern_set.hpp"
#include "model/conversion.hpp"
#include "model/service.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace r2i::transform {

/// Of each rule whether it still holds.
using RuleBits = std::vector<char>;

/// What all rules ask of one field, as one automaton.
class FieldIndex {
 public:
  /// `patterns_of` gives what a rule asks of the field: patterns of which one must match; none: nothing is asked.
  FieldIndex(const std::vector<Rule>& rules,
             const std::function<const std::vector<std::string>&(const Rule&)>& patterns_of);

  [[nodiscard]] bool empty() const { return set_.empty(); }
  /// Takes away the rules that ask something else of the field than this text.
  void keep(std::string_view text, RuleBits& rules) const;
  /// The same for a field with several texts, of which one must match.
  void keep_any(const std::vector<std::string>& texts, RuleBits& rules) const;

 private:
  void mark(std::string_view text, RuleBits& found) const;
  void keep_found(const RuleBits& found, RuleBits& rules) const;

  std::vector<std::size_t> rule_of_;  ///< by the position of a pattern
  RuleBits asks_;
  PatternSet set_;
};

/// Finds the rules that are for a service or an instance. Its cost grows with the length of names, hardly with the
/// number of rules.
class RuleIndex {
 public:
  explicit RuleIndex(const std::vector<Rule>& rules);

  /// The rules whose conditions on services hold. Those on instances are not looked at.
  [[nodiscard]] RuleBits for_service(const Service& service) const;
  /// Of those, the ones whose conditions on instances hold for this one.
  [[nodiscard]] RuleBits for_instance(const Service& service, const Instance& instance, const RuleBits& rules) const;

 private:
  const std::vector<Rule>* rules_;
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
