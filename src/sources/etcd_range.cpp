#include "sources/etcd_range.hpp"

#include "base/text.hpp"
#include "sources/etcd_page.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace r2i::sources::etcd {

namespace {

constexpr int kMostStarts = 4;
constexpr int kMostLogIns = 3;            // without a page in between
constexpr std::uint64_t kShrink = 8;      // of a page that was too large
constexpr std::size_t kMostWaiting = 2;   // pages that are there and not read
constexpr std::size_t kKeysAtOnce = 250;  // some milliseconds of work

}  // namespace

RangeReader::RangeReader(Session& session, const Root& root, std::string display, KeySink& keys)
    : session_(session),
      prefix_(root.prefix),
      end_(end_of_prefix(root.prefix)),
      display_(std::move(display)),
      keys_(keys),
      page_size_(session.options().page_size) {}

tl::expected<std::uint64_t, Fault> RangeReader::read() {
  for (int starts = 1;; ++starts) {
    start_over();
    auto read = read_pages();
    if (read) return seen_;
    if (!compacted_) return tl::make_unexpected(std::move(read.error()));
    if (starts == kMostStarts) {
      read.error().why += fmt::format("; begun {} times", starts);
      return tl::make_unexpected(std::move(read.error()));
    }
  }
}

void RangeReader::start_over() {
  keys_.start_over();
  start_ = prefix_.empty() ? std::string(1, '\0') : prefix_;
  wanted_ = true;
  bodies_.clear();
  read_.clear();
  given_ = 0;
  revision_ = 0;
  cluster_.clear();
  last_key_.clear();
  total_ = seen_ = 0;
  complete_ = compacted_ = logged_out_ = false;
  fault_.reset();
}

tl::expected<void, Fault> RangeReader::read_pages() {
  int log_ins = 0;
  while (!complete_) {
    const std::uint64_t before = seen_;
    session_.client().run(*this, session_.context().stop);
    session_.context().check_interrupt();
    while (work()) continue;
    if (logged_out_) {
      log_ins = seen_ == before ? log_ins + 1 : 1;
      if (log_ins > kMostLogIns) return tl::make_unexpected(*fault_);
      if (auto again = session_.log_in(); !again) return again;
      logged_out_ = false;
      fault_.reset();
      wanted_ = true;
    }
    if (!complete_ && !fault_ && !wanted_) refuse("the pages do not go on");
    if (fault_) return tl::make_unexpected(*fault_);
  }
  if (seen_ == total_) return {};
  return tl::make_unexpected(Fault{
      Code::source_unreachable, fmt::format("the pages have {}, but etcd counts {}", counted(seen_, "key"), total_)});
}

std::optional<net::HttpRequest> RangeReader::next() {
  if (!wanted_ || fault_ || bodies_.size() >= kMostWaiting) return std::nullopt;
  wanted_ = false;
  return session_.authorized(
      session_.api().range({start_, end_, page_size_, revision_, session_.options().serializable}));
}

void RangeReader::done(net::HttpRequest request, net::HttpResult result) {
  if (!result) {
    if (result.error().kind == net::HttpFailure::Kind::too_large && page_size_ > 1) {
      page_size_ = std::max<std::uint64_t>(1, page_size_ / kShrink);
      wanted_ = true;
      return;
    }
    fault_ = Fault{Code::source_unreachable, describe_failure(request, result.error())};
    return;
  }
  const Verdict verdict = session_.judge(*result);
  if (verdict != Verdict::good) {
    logged_out_ = verdict == Verdict::log_in;
    compacted_ = verdict == Verdict::compacted;
    fault_ = Fault{Code::source_unreachable, session_.describe(request, *result)};
    return;
  }
  bodies_.push_back(std::move(result->body));
  if (revision_ == 0) {
    take_page();
  } else if (auto last = session_.api().last_key(bodies_.back())) {
    ask_behind(std::move(*last));
  }
}

bool RangeReader::work() {
  if (given_ < read_.size()) {
    give_some();
    return true;
  }
  if (bodies_.empty() || fault_) return false;
  take_page();
  return true;
}

void RangeReader::give_some() {
  const std::size_t end = std::min(given_ + kKeysAtOnce, read_.size());
  for (; given_ < end; ++given_) keys_.key(read_[given_].first, std::move(read_[given_].second));
}

void RangeReader::ask_behind(std::string last_key) {
  start_ = std::move(last_key);
  start_ += '\0';
  wanted_ = true;
}

void RangeReader::take_page() {
  auto page = session_.api().page(bodies_.front());
  bodies_.pop_front();
  if (!page) return refuse(std::move(page.error()));
  if (auto wrong = fault_in(*page)) return refuse(std::move(*wrong));
  if (revision_ == 0) {
    revision_ = page->revision;
    cluster_ = page->cluster;
    total_ = page->count;
  }
  seen_ += page->keys.size();
  if (!page->keys.empty()) last_key_ = page->keys.back().first;
  if (!page->more) {
    complete_ = true;
  } else if (bodies_.empty() && !wanted_ && start_ <= last_key_) {
    ask_behind(last_key_);
  }
  read_ = std::move(page->keys);
  given_ = 0;
  session_.context().progress.update("reading " + display_, seen_, total_);
}

std::optional<std::string> RangeReader::fault_in(const Page& page) const {
  if (complete_) return "a page comes behind the last one";
  if (revision_ != 0 && page.cluster != cluster_) return "the pages are of two clusters";
  if (revision_ != 0 && page.count != total_ - seen_)
    return fmt::format("of {} keys {} were read, but {} are left", total_, seen_, page.count);
  if (page.more && page.keys.empty()) return "a page without keys says that more follow";
  const std::string* before = last_key_.empty() ? nullptr : &last_key_;
  for (const auto& [key, value] : page.keys) {
    if (before != nullptr && key <= *before) return fmt::format("the key {} is out of order", in_quotes(key));
    if (!key.starts_with(prefix_)) return fmt::format("the key {} was not asked for", in_quotes(key));
    before = &key;
  }
  return std::nullopt;
}

void RangeReader::refuse(std::string why) {
  fault_ = Fault{Code::source_unreachable, fmt::format("kv/range: {}", why)};
}

}  // namespace r2i::sources::etcd
