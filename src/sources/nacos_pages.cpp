#include "sources/nacos_pages.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace r2i::sources::nacos {

namespace {

constexpr long kOk = 200;
constexpr int kPasses = 3;

}  // namespace

PageReader::PageReader(Session& session, Api api, Namespace& target)
    : session_(session), api_(api), target_(target), thresholds_(session, api, target) {}

void PageReader::read(ServiceList list) {
  const std::uint64_t at_first = list.most;
  std::uint64_t most = list.most;
  for (int pass = 1;; ++pass) {
    read_pages(list.most);
    // What a page does not tell is not told by asking again.
    if (!failure_.empty() || (!list.moved && in_pass_ == list.services)) break;
    auto newer = read_list(session_, api_, target_.id(), "");
    if (!newer) {
      target_.report().problem(newer.error().fault.code, "", newer.error().fault.why);
      break;
    }
    list = std::move(*newer);
    most = std::max(most, list.most);
    if (pass == kPasses || (!list.moved && missing(list).empty())) break;
  }
  lose_missing(list);
  thresholds_.settle();
  if (list.moved) {
    target_.report().problem(Code::list_moved, "",
                             "the pages of the list of services do not fit together, again and again");
  }
  target_.compare(at_first, list.services.size());
  target_.set_empty(most == 0 && read_.empty());
}

void PageReader::read_pages(std::uint64_t services) {
  const std::uint64_t size = session_.options().page_size;
  in_pass_.clear();
  AskEach each(session_.client(), session_.window(), session_, session_.context(), *this, *target_.scope());
  each.run((services + size - 1) / size);
}

net::HttpRequest PageReader::question(std::size_t index) {
  return session_.request(page_path(api_), fmt::format("{}{}&pageNo={}&pageSize={}", namespace_parameter(target_.id()),
                                                       page_query(api_), index + 1, session_.options().page_size));
}

bool PageReader::answered(std::size_t /*index*/, const net::HttpRequest& request, net::HttpAnswer answer) {
  if (answer.status != kOk) {
    failure_ = describe_failure(request, answer);
    return true;
  }
  auto page = parse_page(session_.cursor(), answer.body, packing_of(api_));
  if (!page) {
    failure_ = session_.about(page_path(api_), page.error());
    failure_code_ = Code::entry_malformed;
    return true;
  }
  if (session_.cursor().repaired()) {
    target_.report().note(Code::text_repaired, "", "bytes that are no UTF-8 became U+FFFD");
  }
  for (Found& found : *page) {
    in_pass_.insert(found.key);
    if (read_.insert(found.key).second && target_.wants(found.key)) thresholds_.take(std::move(found));
  }
  return true;
}

void PageReader::unanswered(std::size_t /*index*/, const std::string& why) {
  failure_ = why;
}

std::vector<ServiceKey> PageReader::missing(const ServiceList& list) {
  std::vector<ServiceKey> keys;
  std::ranges::set_difference(list.services, read_, std::back_inserter(keys));
  return keys;
}

void PageReader::lose_missing(const ServiceList& list) {
  for (const ServiceKey& key : missing(list)) {
    if (!target_.wants(key)) continue;
    const bool has_failed = !failure_.empty();
    target_.lose(key, has_failed ? failure_code_ : Code::service_vanished,
                 has_failed ? failure_ : "it is listed, but on no page");
  }
}

}  // namespace r2i::sources::nacos
