#pragma once

#include "base/flat_json.hpp"
#include "sources/keyed_services.hpp"
#include "sources/zookeeper_options.hpp"
#include "sources/zookeeper_session.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace r2i::sources::zookeeper {

/// What a node below a root said. `path` is behind the root.
struct NodeReading {
  std::string path;
  KeyReading reading;
};

/// Walks the nodes below one root, which is a scope, as far as the layout's form leads, all in one session. A node that
/// goes on the way is gone; one that may not be read keeps its service from being complete.
class TreeReader : private NodeBatch {
 public:
  TreeReader(const Options& options, const Root& root, const std::shared_ptr<const SourceInfo>& source,
             const NameFilter& names, Context& context);

  /// From the start. An error: nothing of the tree is known.
  tl::expected<void, Broken> read(Session& session);
  [[nodiscard]] bool was_denied() const { return denied_; }

  ScopeState finish(ServiceSink& services);
  ScopeState fail(const Fault& fault);

 private:
  void start_over();
  std::optional<NodeRequest> next() override;
  void done(NodeRequest request, NodeResult result) override;

  void ask(NodeRequest::Ask ask, std::string_view path);
  void descend(std::string_view folder);
  void visit(std::string path);
  void take_children(const std::string& folder, std::vector<std::string> names);
  void take_data(const std::string& path, NodeAnswer answer);
  void take_empty_folder(std::string_view folder);
  void take_failure(const NodeRequest& request, const std::string& path, const NodeFailure& failure);
  void add(std::string path, std::string data);
  [[nodiscard]] bool is_excluded_folder(std::string_view folder);
  [[nodiscard]] std::string full(std::string_view path) const;
  void agree_on_protocols();
  void note_gone();
  void judge_emptiness();

  const Options& options_;
  const Root& root_;
  const KeyPattern& pattern_;
  const NameFilter& names_;
  Context& context_;
  KeyedServices found_;
  FlatJson tree_;

  std::deque<NodeRequest> wanted_;
  std::set<std::string, std::less<>> guessed_;  ///< asked for without being listed, so that they need not be there
  std::vector<NodeReading> readings_;
  std::vector<std::string> gone_;
  std::set<std::string> excluded_;  ///< services whose nodes were not asked for
  std::size_t asked_ = 0;
  std::size_t answered_ = 0;
  bool denied_ = false;
  bool missing_ = false;  ///< the root is not there
};

}  // namespace r2i::sources::zookeeper
