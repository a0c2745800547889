#pragma once

#include "base/json_cursor.hpp"
#include "net/http.hpp"

#include <string>
#include <vector>

namespace r2i::kube {

/// What an API server says about a request that it did not carry out (meta/v1 Status).
struct Status {
  struct Cause {
    std::string reason;
    std::string message;
    std::string field;
  };
  long code = 0;        ///< of HTTP
  std::string reason;   ///< "Conflict"; empty: what came is not a Status
  std::string message;  ///< of anything but a Status: its first line, cut
  std::string kind;     ///< what it is about: "namespaces"
  std::string name;
  std::vector<Cause> causes;

  /// Whether other field managers are in the way of a server-side apply.
  [[nodiscard]] bool is_field_conflict() const;
  /// Whether the namespace that the request was for does not exist.
  [[nodiscard]] bool is_missing_namespace() const;
  /// Whether it says that the object of the request is not there: a path that is not served is something else.
  [[nodiscard]] bool is_missing_object() const;
  /// Whether RBAC forbids it, and not an admission plugin.
  [[nodiscard]] bool is_missing_right() const;
};

/// Reads the answer to a request that failed; text and HTML, which come from proxies and from overload, are understood
/// as far as they go.
Status read_status(JsonCursor& cursor, const net::HttpAnswer& answer);

/// What it says in a sentence: the fields and what is wrong with them, or the message. At most a few hundred bytes.
std::string describe(const Status& status);

/// The managers and their fields of a conflict: "kubectl-edit owns .spec.endpoints and .spec.ports".
std::string describe_conflict(const Status& status);

}  // namespace r2i::kube
