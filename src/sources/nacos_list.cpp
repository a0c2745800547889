#include "sources/nacos_list.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace r2i::sources::nacos {

namespace {

// A name takes some 150 bytes. What counts is that it is one answer, where the server allows that.
constexpr unsigned kNamesAtOnce = 50000;
constexpr int kAttempts = 3;

tl::expected<Listing, Refusal> read_one(Session& session, Api api, const std::string& nspace, const std::string& group,
                                        unsigned page) {
  const std::string query = fmt::format("{}{}&pageNo={}&pageSize={}{}", namespace_parameter(nspace), list_query(api),
                                        page, kNamesAtOnce, parameter("groupName", group));
  auto answer = session.get(list_path(api), query);
  if (!answer) return tl::make_unexpected(std::move(answer.error()));
  auto listing = lists_with_instances(api) ? parse_listing(session.cursor(), answer->body, packing_of(api))
                                           : parse_names(session.cursor(), answer->body, packing_of(api), group);
  if (listing) return std::move(*listing);
  return tl::make_unexpected(Refusal{{Code::source_unreachable, session.about(list_path(api), listing.error())}, 0});
}

tl::expected<ServiceList, Refusal> read_once(Session& session, Api api, const std::string& nspace,
                                             const std::string& group) {
  ServiceList list;
  std::uint64_t seen = 0;
  for (unsigned page = 1;; ++page) {
    auto listing = read_one(session, api, nspace, group, page);
    if (!listing) return tl::make_unexpected(std::move(listing.error()));
    if (page > 1 && listing->total != list.most) list.moved = true;
    list.most = std::max(list.most, listing->total);
    seen += listing->services.size();
    const bool is_last = listing->services.empty() || seen >= listing->total;
    std::ranges::move(listing->services, std::inserter(list.services, list.services.end()));
    if (is_last) break;
  }
  if (list.services.size() != list.most) list.moved = true;
  return list;
}

}  // namespace

tl::expected<ServiceList, Refusal> read_list(Session& session, Api api, const std::string& nspace,
                                             const std::string& group) {
  auto list = read_once(session, api, nspace, group);
  std::uint64_t most = list ? list->most : 0;
  for (int attempt = 1; attempt < kAttempts && list && list->moved; ++attempt) {
    list = read_once(session, api, nspace, group);
    if (list) most = std::max(most, list->most);
  }
  if (list) list->most = most;
  return list;
}

}  // namespace r2i::sources::nacos
