#pragma once

#include "base/diagnostic.hpp"
#include "model/decided.hpp"
#include "model/service.hpp"
#include "transform/choices.hpp"
#include "transform/rule_book.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace r2i::transform {

/// One port of a service, and how its protocol was decided.
struct ExplainedPort {
  std::uint32_t number = 0;
  std::string name;               ///< "http-80"
  Decided<std::string> protocol;  ///< empty: left to Istio
  bool withheld = false;          ///< it would be a catch-all (row 8)
};

/// What convert() decides about one service, with what decided it. It refers to the settings and must not outlive them.
struct Explained {
  Service service;        ///< what was given, without the instances that are no application of their own
  bool left_out = false;  ///< row 1, or a rule: there is no more to say
  ServiceChoices choices;
  Decided<std::string> host;  ///< empty: its template gives none
  std::vector<ExplainedPort> ports;
};

/// By the functions that convert() itself uses, which also report what they find. Of a service that was not read in
/// full only its host is known.
Explained explain(Service service, RuleBook& rules, Diagnostics& diagnostics);

}  // namespace r2i::transform
