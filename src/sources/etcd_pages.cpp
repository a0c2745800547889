#include "sources/etcd_pages.hpp"

#include "base/base64.hpp"
#include "base/text.hpp"
#include "sources/json_answer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace r2i::sources::etcd {

namespace {

constexpr int kMostStarts = 4;
constexpr int kMostLogIns = 3;           // without a page in between
constexpr std::uint64_t kShrink = 8;     // of a page that was too large
constexpr std::size_t kMostWaiting = 2;  // pages that are there and not read

/// An int64, which etcd writes as a string.
void read_number(DocumentReader& reader, std::string& out) {
  if (reader.cursor().type() == JsonCursor::Type::number) {
    std::int64_t number = 0;
    reader.read(number);
    out = fmt::format("{}", number);
  } else {
    reader.read(out);
  }
}

std::optional<std::uint64_t> to_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (code != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

void read_bytes(DocumentReader& reader, std::string& out) {
  std::string text;
  reader.read(text);
  if (auto bytes = decode_base64(text)) {
    out = std::move(*bytes);
  } else {
    reader.find(reader.cursor().offset(), "not Base64");
  }
}

void read_header(DocumentReader& reader, Page& page) {
  reader.object({}, [&](std::string_view key) {
    if (key == "cluster_id") {
      read_number(reader, page.cluster);
    } else if (key == "revision") {
      read_number(reader, page.revision);
    } else {
      return false;
    }
    return true;
  });
}

void read_keys(DocumentReader& reader, Page& page) {
  reader.list([&] {
    auto& [name, value] = page.keys.emplace_back();
    reader.object({}, [&](std::string_view key) {
      if (key == "key") {
        read_bytes(reader, name);
      } else if (key == "value") {
        read_bytes(reader, value);
      } else {
        return false;
      }
      return true;
    });
    if (name.empty()) reader.find(reader.cursor().offset(), "a key is missing");
  });
}

std::string_view behind_colon(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  if (!text.starts_with(':')) return {};
  text.remove_prefix(1);
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  return text;
}

/// The last key of a page that has not been read, if another page follows it. Nothing: only reading it will tell.
/// Values are Base64, so that none can look like this.
std::optional<std::string> peek_last_key(std::string_view body) {
  constexpr std::string_view kKey = R"("key")";
  constexpr std::string_view kMore = R"("more")";
  const auto at = body.rfind(kKey);
  if (at == std::string_view::npos) return std::nullopt;
  std::string_view text = behind_colon(body.substr(at + kKey.size()));
  if (!text.starts_with('"')) return std::nullopt;
  text = text.substr(1, text.find('"', 1) - 1);
  const auto more = body.find(kMore, at);
  if (more == std::string_view::npos || !behind_colon(body.substr(more + kMore.size())).starts_with("true"))
    return std::nullopt;
  return decode_base64(text);
}

}  // namespace

tl::expected<Page, std::string> parse_page(JsonCursor& cursor, std::string& body) {
  Page page;
  std::string count;
  auto wrong = read_document(cursor, body, [&](DocumentReader& reader) {
    reader.object({}, [&](std::string_view key) {
      if (key == "header") {
        read_header(reader, page);
      } else if (key == "kvs") {
        read_keys(reader, page);
      } else if (key == "more") {
        reader.read(page.more);
      } else if (key == "count") {
        read_number(reader, count);
      } else {
        return false;
      }
      return true;
    });
  });
  if (wrong) return tl::make_unexpected(std::move(*wrong));
  const auto number = count.empty() ? std::optional<std::uint64_t>(0) : to_number(count);
  if (!to_number(page.revision) || !number)
    return tl::make_unexpected("the answer is not what the API promises: it has no revision or no count");
  page.count = *number;
  return page;
}

std::string end_of_prefix(std::string prefix) {
  while (!prefix.empty() && prefix.back() == '\xff') prefix.pop_back();
  if (prefix.empty()) return std::string(1, '\0');
  ++prefix.back();
  return prefix;
}

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
  revision_.clear();
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
    while (!fault_ && !bodies_.empty()) take_page();
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
  std::string body = fmt::format(R"({{"key":"{}","range_end":"{}","limit":{})", encode_base64(start_),
                                 encode_base64(end_), page_size_);
  if (!revision_.empty()) body += fmt::format(R"(,"revision":"{}")", revision_);
  if (session_.options().serializable) body += R"(,"serializable":true)";
  body += '}';
  return session_.request("kv/range", std::move(body));
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
  if (revision_.empty()) {
    take_page();
  } else if (auto last = peek_last_key(bodies_.back())) {
    ask_behind(std::move(*last));
  }
}

bool RangeReader::work() {
  if (bodies_.empty() || fault_) return false;
  take_page();
  return true;
}

void RangeReader::ask_behind(std::string last_key) {
  start_ = std::move(last_key);
  start_ += '\0';
  wanted_ = true;
}

void RangeReader::take_page() {
  auto page = parse_page(session_.cursor(), bodies_.front());
  bodies_.pop_front();
  if (!page) return refuse(std::move(page.error()));
  if (auto wrong = fault_in(*page)) return refuse(std::move(*wrong));
  if (revision_.empty()) {
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
  for (auto& [key, value] : page->keys) keys_.key(key, std::move(value));
  session_.context().progress.update("reading " + display_, seen_, total_);
}

std::optional<std::string> RangeReader::fault_in(const Page& page) const {
  if (complete_) return "a page comes behind the last one";
  if (!revision_.empty() && page.cluster != cluster_) return "the pages are of two clusters";
  if (!revision_.empty() && page.count != total_ - seen_)
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
