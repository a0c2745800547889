#include "kube/explain.hpp"

#include "kube/api.hpp"

#include <fmt/format.h>

namespace r2i::kube {

namespace {

std::string after(int attempts) {
  return attempts > 1 ? fmt::format(" (after {} attempts)", attempts) : "";
}

/// Without the name of the object, which the reader knows.
std::string_view without_name(std::string_view message) {
  constexpr std::string_view kForbidden = " is forbidden: ";
  const auto at = message.find(kForbidden);
  return at == std::string_view::npos ? message : message.substr(at + kForbidden.size());
}

std::string refused(const std::string& credentials) {
  if (credentials.empty()) return "the API server wants credentials, and there are none for it";
  return "the API server does not accept " + credentials;
}

}  // namespace

std::string explain(const net::HttpFailure& failure) {
  return failure.message + after(failure.attempts);
}

std::string explain(const Session& session, const Status& status, const Asked& asked, int attempts) {
  switch (status.code) {
    case 401:
      return refused(session.credentials().describe());
    case 403:
      if (!status.is_missing_right()) break;
      return fmt::format("{}; {}", without_name(describe(status)),
                         missing_rule(asked.plural, asked.verbs, asked.nspace));
    case 404:
      if (status.is_missing_namespace()) return fmt::format("the namespace {} does not exist", asked.nspace);
      break;
    case 413:
      return "the object is larger than the API server takes";
    case 415:
      return "the API server does not know server-side apply: it is older than Kubernetes 1.22";
    default:
      break;
  }
  return describe(status) + after(attempts);
}

}  // namespace r2i::kube
