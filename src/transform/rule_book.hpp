#pragma once

#include "transform/choices.hpp"
#include "transform/rule_index.hpp"

#include <string>
#include <vector>

namespace r2i::transform {

/// Chooses the settings of services by defaults and rules (ConversionSettings tells what wins), and remembers which
/// rules were of use.
///
/// A rule that asks something of instances is for the services that have such an instance, registered, healthy or not;
/// what it says of endpoints is for those instances alone.
class RuleBook {
 public:
  /// The settings must outlive the book and every choice.
  explicit RuleBook(const ConversionSettings& settings);

  [[nodiscard]] const std::string& owner() const { return settings_.owner; }
  ServiceChoices choices_for(const Service& service);
  /// The rules that were for no service up to now.
  [[nodiscard]] std::vector<const Rule*> unused() const;

 private:
  /// What all places say, the rules that hold among them.
  [[nodiscard]] Choices chosen(const RuleBits& holds, const Service& service, const Instance* instance) const;

  const ConversionSettings& settings_;
  RuleIndex index_;
  RuleBits used_;
  bool instances_differ_;  ///< whether the settings of an endpoint may come from its own metadata
};

}  // namespace r2i::transform
