#pragma once

#include "base/context.hpp"
#include "base/secret.hpp"
#include "sources/http_words.hpp"
#include "sources/zookeeper_options.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace r2i::sources::zookeeper {

struct NodeRequest {
  enum class Ask { children, data };
  Ask ask = Ask::children;
  std::string path;  ///< within the chroot
};

struct NodeAnswer {
  std::vector<std::string> children;
  std::string data;
  std::int32_t child_count = 0;
};

/// Why one node could not be read, the session being well.
struct NodeFailure {
  enum class Kind {
    gone,    ///< there is no such node
    denied,  ///< its ACL does not let the session read it
    failed,
  };
  Kind kind = Kind::failed;
  std::string why;
};
using NodeResult = tl::expected<NodeAnswer, NodeFailure>;

/// A crowd of requests, as of HTTP (net::HttpBatch). All calls come from the caller's own thread.
class NodeBatch {
 public:
  NodeBatch() = default;
  NodeBatch(const NodeBatch&) = delete;
  NodeBatch& operator=(const NodeBatch&) = delete;
  virtual ~NodeBatch() = default;

  /// The next request, or nothing for now; asked again after each answer.
  virtual std::optional<NodeRequest> next() = 0;
  virtual void done(NodeRequest request, NodeResult result) = 0;
};

/// The session is of no use any more: what was read in it is half a tree.
struct Broken {
  Fault fault;
  bool transient = true;  ///< another session may do better
};

/// One session with one server. Creates nothing and watches nothing. Interruption is thrown.
class Session {
 public:
  Session(const Options& options, const Server& server, Context& context);
  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;
  ~Session();  ///< ends the session

  /// To be called first: connects, says who we are, and lets the server catch up with its leader (sync).
  tl::expected<void, Broken> open(const Secret& password);
  /// Until nothing is on its way and `next` has nothing more.
  tl::expected<void, Broken> run(NodeBatch& batch);

 private:
  class Connection;
  std::unique_ptr<Connection> connection_;
};

}  // namespace r2i::sources::zookeeper
