#pragma once

#include "model/codes.hpp"
#include "model/name_filter.hpp"
#include "model/service.hpp"
#include "model/snapshot.hpp"
#include "sources/ask_each.hpp"
#include "sources/consul_parse.hpp"
#include "sources/consul_session.hpp"
#include "sources/scope_report.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace r2i::sources::consul {

/// Reads one scope of one agent: the list of services, then each service's instances, several at once.
class ScopeReader : private Questions {
 public:
  /// `datacenter` empty: the agent's own, whose name is learned from the first node that names it.
  ScopeReader(Session& session, std::shared_ptr<const SourceInfo> source, std::string datacenter, bool local,
              const NameFilter& names, ServiceSink& services);

  ScopeState read();

  [[nodiscard]] const std::string& datacenter() const { return scope_->datacenter; }

 private:
  /// A service on its way. It is asked once; again of the leader if the answer was not fresh; again if it was empty.
  struct Pending {
    std::string name;
    bool of_leader = false;
    bool was_empty = false;
  };

  net::HttpRequest question(std::size_t index) override;
  bool answered(std::size_t index, const net::HttpRequest& request, net::HttpAnswer answer) override;
  void unanswered(std::size_t index, const std::string& why) override;

  void read_services();
  std::optional<std::vector<std::string>> list_names();
  std::optional<std::vector<std::string>> list_imported();
  void judge_list(const net::HttpAnswer& answer, const std::vector<std::string>& names);
  std::vector<std::string> wanted(std::vector<std::string> names);
  void settle_empty();

  bool take(std::size_t index, net::HttpAnswer answer);
  void hand_over(std::string name, Answer answer, bool complete);
  void lose(const std::string& name, Code code, const std::string& why);
  void problem(Code code, const std::string& subject, const std::string& why);
  void note(Code code, const std::string& name, std::string why);
  void learn_datacenter(const std::string& datacenter);
  void name_scope();

  Session& session_;
  std::shared_ptr<Scope> scope_;
  const NameFilter& names_;
  ServiceSink& services_;
  ScopeReport report_;
  std::string query_;
  std::vector<Pending> pending_;
  std::vector<std::size_t> empty_;
  std::vector<Service> parked_;  ///< services from before the scope had its name
};

}  // namespace r2i::sources::consul
