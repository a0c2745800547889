#pragma once

#include "base/flat_json.hpp"
#include "sources/keyed_services.hpp"
#include "sources/zookeeper_options.hpp"
#include "sources/zookeeper_session.hpp"
#include "sources/zookeeper_tree.hpp"

#include <tl/expected.hpp>

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace r2i::sources::zookeeper {

/// Which interfaces the applications of Dubbo 3 offer: metadata `interfaces` of a service, from the nodes of the
/// mapping, and of an instance that has published it, from the node of its revision.
class DubboNames : private NodeBatch {
 public:
  DubboNames(const Options& options, KeyedServices& found, std::vector<NodeReading>& readings, FlatJson& tree);

  tl::expected<void, Broken> read(Session& session);

 private:
  using Revision = std::pair<std::string, std::string>;  ///< application and revision

  std::optional<NodeRequest> next() override;
  void done(NodeRequest request, NodeResult result) override;

  void ask(NodeRequest::Ask ask, std::string path);
  void ask_for_revisions();
  void take_revision(const Revision& revision, std::string data);
  void take_failure(const NodeRequest& request, const NodeFailure& failure);
  void give_names();

  KeyedServices& found_;
  std::vector<NodeReading>& readings_;
  FlatJson& tree_;
  const std::string mapping_;
  const std::string metadata_;
  std::deque<NodeRequest> wanted_;
  std::map<std::string, Revision> asked_;             ///< by path
  std::map<std::string, std::set<std::string>> all_;  ///< application → interfaces
  std::map<Revision, std::string> of_revision_;
};

}  // namespace r2i::sources::zookeeper
