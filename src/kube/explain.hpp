#pragma once

#include "kube/session.hpp"
#include "kube/status.hpp"
#include "net/http.hpp"

#include <string>
#include <string_view>

namespace r2i::kube {

/// What a request was about, for the rule that may be missing.
struct Asked {
  std::string_view plural;  ///< "serviceentries"; as a Role lists them
  std::string_view verbs;   ///< "create, patch"
  std::string_view nspace;  ///< empty: all
};

/// Why there is no answer, after how many attempts.
std::string explain(const net::HttpFailure& failure);

/// Why the API server did not do what it was asked: its words in ours, the rights or the credentials that are missing.
std::string explain(const Session& session, const Status& status, const Asked& asked, int attempts);

}  // namespace r2i::kube
