#pragma once

#include "unit/kube/world.hpp"

#include "kube/cluster.hpp"
#include "support/loopback_server.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace r2i::kube {

/// An API server that answers what a function says, one request at a time, and remembers what it was asked.
class FakeApi {
 public:
  using Answer = std::function<testing::ServerReply(const testing::ServerRequest&)>;

  explicit FakeApi(Answer answer)
      : answer_(std::move(answer)), server_([this](const auto& request) {
          const std::lock_guard lock(mutex_);
          asked.push_back(request.method() + " " + request.target);
          bodies.push_back(request.body);
          return answer_(request);
        }) {
    settings.server = server_.url("");
  }

  /// A client of it; with the context of `world`.
  std::unique_ptr<Cluster> cluster(unsigned parallelism = 4) {
    return std::make_unique<Cluster>(world.context, settings, parallelism, std::chrono::seconds{60});
  }
  /// How many requests began like this.
  [[nodiscard]] std::size_t count(std::string_view begin) const {
    std::size_t found = 0;
    for (const std::string& line : asked) found += line.starts_with(begin) ? 1 : 0;
    return found;
  }

  World world;
  ClusterSettings settings;
  std::vector<std::string> asked;
  std::vector<std::string> bodies;

 private:
  Answer answer_;
  std::mutex mutex_;
  testing::LoopbackServer server_;
};

inline std::string an_object(std::string_view kind, std::string_view name, std::string_view more_metadata = "",
                             std::string_view spec = "{}") {
  std::string text = R"({"apiVersion":"networking.istio.io/v1","kind":")";
  text.append(kind).append(R"(","metadata":{)").append(more_metadata).append(R"("name":")").append(name);
  return text.append(R"(","namespace":"mesh"},"spec":)").append(spec).append("}");
}

inline testing::ServerReply a_status(int code, std::string_view reason, std::string_view message,
                                     std::string_view details = "{}") {
  std::string text = R"({"kind":"Status","apiVersion":"v1","status":"Failure","reason":")";
  text.append(reason).append(R"(","message":")").append(message).append(R"(","details":)").append(details);
  return testing::reply(code, text + "}");
}

}  // namespace r2i::kube
