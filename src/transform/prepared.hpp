#pragma once

#include "base/diagnostic.hpp"
#include "model/service.hpp"
#include "transform/candidate.hpp"
#include "transform/choices.hpp"
#include "transform/rule_book.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace r2i::transform {

/// A service with what decides about it: its settings, its host and the instances that may become endpoints. It stays
/// where it is, since these point into it.
struct Prepared {
  explicit Prepared(Service&& from) : service(std::move(from)) {}
  Prepared(const Prepared&) = delete;
  Prepared& operator=(const Prepared&) = delete;
  ~Prepared() = default;

  Service service;
  ServiceChoices choices;
  std::string host;                   ///< empty: its template gives none, and the candidates are not looked for
  std::vector<Candidate> candidates;  ///< registered with an address and a port, healthy or not
};

/// Rows 1 to 4. Nothing if the service is left out; what is left out or altered is reported.
std::unique_ptr<Prepared> prepare(Service&& service, RuleBook& rules, Diagnostics& diagnostics);

/// The same of a service that was not read in full: its settings and its host, without a word.
std::unique_ptr<Prepared> prepare_unread(Service&& service, RuleBook& rules);

}  // namespace r2i::transform
