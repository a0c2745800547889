#pragma once

#include "base/context.hpp"
#include "base/json_cursor.hpp"
#include "kube/cluster.hpp"
#include "kube/session.hpp"
#include "kube/status.hpp"
#include "model/change.hpp"
#include "net/http_client.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace r2i::kube {

/// Writes changes, each with the state that its object must have. Where the API server finds another state, the object
/// is read, and written once more if it is still what the plan was made for.
class WriteRun : public net::HttpBatch {
 public:
  /// `changes`, `options` and `sink` must outlive it.
  WriteRun(Context& context, Session& session, const std::string& version, std::span<const Change* const> changes,
           const WriteOptions& options, WriteSink& sink);

  std::optional<net::HttpRequest> next() override;
  void done(net::HttpRequest request, net::HttpResult result) override;
  bool work() override;

  /// What ends the run: some seconds after the signal, so that what is in flight can be told of.
  [[nodiscard]] std::stop_token stop() const { return stop_.get_token(); }

 private:
  /// A change that is being made.
  struct Item {
    const Change* change;
    ObjectKey key;  ///< with the default namespace where it has none
    std::string resource_version;
    int reads = 0;
    bool reading = false;
    bool answers_lost = false;  ///< an attempt ended without an answer, and the API server may have carried it out
  };

  net::HttpRequest request_for(std::size_t index, Item& item);
  net::HttpRequest write_request(const Item& item) const;
  void settle_write(std::size_t index, Item& item, net::HttpAnswer& answer);
  void settle_read(std::size_t index, Item& item, net::HttpAnswer& answer);
  void succeed(std::size_t index, const Item& item, net::HttpAnswer& answer);
  void read_again(std::size_t index, Item& item, const Status& status);
  void judge(std::size_t index, Item& item, const LiveObject& live);
  void fail(std::size_t index, const Item& item, const Status& status, int attempts);
  void tell(std::size_t index, WriteResult::Kind kind, std::string message = {});

  Context& context_;
  Session& session_;
  const std::string version_;
  const std::span<const Change* const> changes_;
  const WriteOptions& options_;
  WriteSink& sink_;
  std::size_t fresh_ = 0;              ///< the first change that has not been started
  std::map<std::size_t, Item> items_;  ///< by index, until they are told
  std::vector<std::size_t> again_;     ///< those with another request to send
  JsonCursor cursor_;
  std::stop_source stop_;
  std::optional<std::chrono::steady_clock::time_point> signalled_;
};

}  // namespace r2i::kube
