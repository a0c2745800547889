#include "sources/nacos_open.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <utility>

namespace r2i::sources::nacos {

namespace {

constexpr long kOk = 200;

}  // namespace

OpenReader::OpenReader(Session& session, Api api, Namespace& target)
    : session_(session), api_(api), target_(target), thresholds_(session, api, target) {}

void OpenReader::read(const ServiceList& first) {
  take_list(first);
  for (std::size_t group = 1; group < groups().size(); ++group) {
    if (const auto list = list_group(groups()[group])) {
      take_list(*list);
    } else {
      knows_all_ = false;
    }
  }
  AskEach each(session_.client(), session_.window(), session_, session_.context(), *this, *target_.scope());
  each.run(pending_.size());
  thresholds_.settle();
  if (some_had_none_ && knows_all_) list_again();
  if (knows_all_ || !is_empty_) target_.set_empty(is_empty_);
}

const std::vector<std::string>& OpenReader::groups() const {
  return session_.options().groups;
}

std::optional<ServiceList> OpenReader::list_group(const std::string& group) {
  auto list = read_list(session_, api_, target_.id(), group);
  if (list) return std::move(*list);
  target_.report().problem(list.error().fault.code, "", list.error().fault.why);
  return std::nullopt;
}

/// A service that the server has forgotten is answered like one that has no instances.
void OpenReader::list_again() {
  std::uint64_t after = 0;
  for (const std::string& group : groups()) {
    const auto list = list_group(group);
    if (!list) return;
    after += list->services.size();
  }
  target_.compare(listed_, after);
}

void OpenReader::take_list(const ServiceList& list) {
  listed_ += list.most;
  if (list.most > 0 || !list.services.empty()) is_empty_ = false;
  if (list.moved) {
    target_.report().problem(Code::list_moved, "",
                             "the pages of the list of services do not fit together, again and again");
  }
  for (const ServiceKey& key : list.services) {
    if (target_.wants(key)) pending_.push_back(key);
  }
}

net::HttpRequest OpenReader::question(std::size_t index) {
  const ServiceKey& key = pending_[index];
  net::HttpRequest request =
      session_.request(hosts_path(api_), namespace_parameter(target_.id()) + service_query(key) + "&healthyOnly=false",
                       fmt::format("{}@@{}", key.group, key.name));
  // An answer of a few kilobytes costs less to send than to compress.
  request.compressed = false;
  return request;
}

bool OpenReader::answered(std::size_t index, const net::HttpRequest& request, net::HttpAnswer answer) {
  const ServiceKey& key = pending_[index];
  if (answer.status != kOk) {
    target_.lose(key, Code::service_unread, describe_failure(request, answer));
    return true;
  }
  auto found = parse_hosts(session_.cursor(), answer.body, packing_of(api_), key);
  if (!found) {
    target_.lose(key, Code::entry_malformed, found.error());
    return true;
  }
  if (session_.cursor().repaired()) {
    target_.report().note(Code::text_repaired, display_of(key), "bytes that are no UTF-8 became U+FFFD");
  }
  if (found->instances.empty()) some_had_none_ = true;
  if (found->protection_reached) {
    thresholds_.take(std::move(*found));
  } else {
    target_.take(std::move(*found), false);
  }
  return true;
}

void OpenReader::unanswered(std::size_t index, const std::string& why) {
  target_.lose(pending_[index], Code::service_unread, why);
}

}  // namespace r2i::sources::nacos
