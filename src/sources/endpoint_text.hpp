#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace r2i::sources {

/// Where an instance listens, as registries without a field for each part write it.
struct EndpointText {
  std::string scheme;  ///< in lower case; empty: none was given
  std::string host;    ///< without brackets; empty: none was given
  std::optional<std::int64_t> port;
  std::vector<std::pair<std::string, std::string>> parameters;  ///< of the query, decoded
};

/// Reads `HOST`, `HOST:PORT`, `[IPv6]:PORT`, a bare IPv6 address, or `SCHEME://[USER@]HOST:PORT/PATH?QUERY`; the last
/// one may be percent-encoded as a whole, as Dubbo's keys are. Nothing: it is none of these. Whether the host is an
/// address and the port in its range is for others to judge.
std::optional<EndpointText> read_endpoint(std::string_view text);

}  // namespace r2i::sources
