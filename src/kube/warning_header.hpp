#pragma once

#include "base/diagnostic.hpp"
#include "net/http.hpp"

#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace r2i::kube {

/// The texts of the warnings with code 299, which are the API server's own, in a `Warning` header (RFC 7234 §5.5).
std::vector<std::string> read_warnings(std::string_view header);

/// Reports the warnings of an API server once each.
class Warnings {
 public:
  Warnings(Diagnostics& diagnostics, std::string server) : diagnostics_(diagnostics), server_(std::move(server)) {}
  void report(const net::HttpAnswer& answer);

 private:
  Diagnostics& diagnostics_;
  const std::string server_;
  std::set<std::string> reported_;
};

}  // namespace r2i::kube
