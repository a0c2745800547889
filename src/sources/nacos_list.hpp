#pragma once

#include "sources/nacos_api.hpp"
#include "sources/nacos_parse_list.hpp"
#include "sources/nacos_session.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <set>
#include <string>

namespace r2i::sources::nacos {

/// The services that a server lists, of one namespace.
struct ServiceList {
  std::set<ServiceKey> services;
  std::uint64_t most = 0;  ///< the greatest total that one of its pages named
  bool moved = false;      ///< its pages do not fit together: services came or went between two of them
};

/// Reads the whole list: in one answer, which is of one moment, unless the server gives fewer services at once; a list
/// of several answers is read again when they do not fit together. `group`: for an API that lists one only.
tl::expected<ServiceList, Refusal> read_list(Session& session, Api api, const std::string& nspace,
                                             const std::string& group);

}  // namespace r2i::sources::nacos
