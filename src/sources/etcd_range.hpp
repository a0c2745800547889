#pragma once

#include "net/http_client.hpp"
#include "sources/etcd_options.hpp"
#include "sources/etcd_session.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace r2i::sources::etcd {

struct Page;

/// Takes keys in their order. After `start_over` they come again from the first.
class KeySink {
 public:
  KeySink() = default;
  KeySink(const KeySink&) = delete;
  KeySink& operator=(const KeySink&) = delete;
  virtual ~KeySink() = default;

  virtual void key(std::string_view key, std::string value) = 0;
  virtual void start_over() = 0;
};

/// Reads all keys of a root, page by page, at the revision of the first page; from the start, some times, where that
/// revision is compacted on the way. While the next page is on its way the one before it is read.
class RangeReader : private net::HttpBatch {
 public:
  RangeReader(Session& session, const Root& root, std::string display, KeySink& keys);

  /// How many keys there are.
  tl::expected<std::uint64_t, Fault> read();

 private:
  std::optional<net::HttpRequest> next() override;
  void done(net::HttpRequest request, net::HttpResult result) override;
  bool work() override;

  void start_over();
  tl::expected<void, Fault> read_pages();
  /// Parses the page that has waited longest; the keys of the one before are all given.
  void take_page();
  /// Hands over some of its keys.
  void give_some();
  void refuse(std::string why);
  [[nodiscard]] std::optional<std::string> fault_in(const Page& page) const;
  void ask_behind(std::string last_key);

  Session& session_;
  const std::string prefix_;
  const std::string end_;
  std::string display_;
  KeySink& keys_;
  std::uint64_t page_size_;

  std::string start_;                                      ///< of the next page
  bool wanted_ = true;                                     ///< the next page is to be asked for
  std::deque<std::string> bodies_;                         ///< pages that are not parsed
  std::vector<std::pair<std::string, std::string>> read_;  ///< the keys of the page that is
  std::size_t given_ = 0;                                  ///< how many of them are handed over
  std::uint64_t revision_ = 0;                             ///< 0: the first page has not been read
  std::string cluster_;
  std::string last_key_;
  std::uint64_t total_ = 0;
  std::uint64_t seen_ = 0;
  bool complete_ = false;
  bool compacted_ = false;
  bool logged_out_ = false;
  std::optional<Fault> fault_;
};

}  // namespace r2i::sources::etcd
