#pragma once

#include "base/context.hpp"
#include "model/change.hpp"
#include "model/live_object.hpp"
#include "model/settings.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace r2i::kube {

/// What a LIST covered.
struct Listed {
  std::vector<std::string> namespaces;  ///< empty: all of the cluster; else the only ones that could be read
  std::string api_version;              ///< the version of networking.istio.io that the cluster serves: "v1"
  std::size_t objects = 0;
};

/// What became of one write.
struct WriteResult {
  enum class Kind {
    done,       ///< the API server took it
    unchanged,  ///< it took it, and nothing had to change
    gone,       ///< a delete found nothing to delete, which is as good
    conflict,   ///< other managers own fields with other values
    moved_on,   ///< the object is not any more what the plan was made for
    failed,     ///< anything else; after all retries
  };
  Kind kind = Kind::done;
  std::string message;  ///< in the user's words: the field, the cause; empty where all is well
};

/// Takes the results of write(), in the order in which they come.
class WriteSink {
 public:
  WriteSink() = default;
  WriteSink(const WriteSink&) = delete;
  WriteSink& operator=(const WriteSink&) = delete;
  virtual ~WriteSink() = default;

  /// `index` is that of the change among those that were given.
  virtual void written(std::size_t index, WriteResult result) = 0;
};

struct WriteOptions {
  std::string manager;   ///< the field manager
  bool dry_run = false;  ///< asks the API server about every change, and changes nothing
};

/// One answer of the API server to "may I": `verb` on `resource` in `nspace` (empty: everywhere).
struct Access {
  std::string verb;
  std::string resource;
  std::string nspace;
  bool allowed = false;
};

/// What `check cluster` asks beyond what a run needs.
struct ClusterFacts {
  std::string version;                ///< "v1.36.3"
  std::vector<std::string> versions;  ///< of networking.istio.io, preferred first; empty: not installed
  std::vector<Access> accesses;
  std::vector<std::string> missing_namespaces;  ///< of those that were asked about; what may not be asked is not in it
};

/// A Kubernetes API server, as far as this program needs one: LIST, server-side apply, delete, and a few questions. A
/// failure of the cluster is a value, a sentence for the user; what is wrong with a kubeconfig throws Error{usage}.
class Cluster {
 public:
  /// Reads the kubeconfig and gets credentials ready; sends nothing yet.
  Cluster(Context& context, const ClusterSettings& settings, unsigned parallelism,
          std::chrono::milliseconds request_timeout);
  ~Cluster();

  [[nodiscard]] const std::string& server() const;             ///< "https://10.0.0.1:6443"
  [[nodiscard]] const std::string& context_name() const;       ///< of the kubeconfig; "in-cluster" inside of a pod
  [[nodiscard]] const std::string& default_namespace() const;  ///< of the context, else "default"

  /// Every ServiceEntry and WorkloadEntry: of all namespaces, or, where that is forbidden, of `namespaces`. Nothing
  /// is handed over twice, and a list that could not be read to its end is a failure.
  tl::expected<Listed, std::string> list(std::span<const std::string> namespaces, LiveSink& sink);

  /// Writes the changes, several at once, without an order among them. Each ends in one call of the sink; after a
  /// signal the rest is not sent, and this throws Error{interrupted} once what is in flight has been told.
  void write(std::span<const Change* const> changes, const WriteOptions& options, WriteSink& sink);

  /// The names of those namespaces that are missing, by one dry run of a write into each; `changes` are creations.
  tl::expected<std::vector<std::string>, std::string> missing_namespaces(std::span<const Change* const> changes,
                                                                         const WriteOptions& options);

  /// `namespaces` empty: asks about the whole cluster.
  tl::expected<ClusterFacts, std::string> facts(std::span<const std::string> namespaces);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace r2i::kube
