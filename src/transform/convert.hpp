#pragma once

#include "base/diagnostic.hpp"
#include "model/manifest.hpp"
#include "model/service.hpp"
#include "transform/rule_book.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace r2i::transform {

/// What one service comes to. combine() makes manifests of all of them.
struct Converted {
  std::string service;  ///< the registry's own name
  std::shared_ptr<const Scope> scope;
  std::string host;       ///< empty: its template gives none; not for combine()
  bool withheld = false;  ///< it claims its host, but is not to be written; the reason is reported
  ServiceEntry entry;     ///< without layout: endpoints are inline
  Layout layout = Layout::inline_;
  bool catch_alls = true;            ///< its TCP ports take the traffic to every destination (row 8)
  std::vector<std::string> aliases;  ///< further hosts, each to be a ServiceEntry of its own (row 19)
  std::string alias_of{};            ///< the main host, if this is such a further one
};

/// Rows 1 to 18 of the conversion, as far as one service alone decides them. Nothing if the service is left out; what
/// is left out or altered is reported. A service that is not complete must not come here: it would look empty.
std::optional<Converted> convert(Service&& service, RuleBook& rules, Diagnostics& diagnostics);

/// The claim on its host of a service that was not read in full: no other service may take the host in the meantime.
std::optional<Converted> claim_host(Service&& service, RuleBook& rules);

}  // namespace r2i::transform
