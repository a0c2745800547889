#pragma once

#include "plan/group.hpp"
#include "plan/planner.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace r2i::plan {

/// What a scope turned out to be in this run.
enum class Reading {
  none,    ///< it was not read: its objects are left alone
  partly,  ///< not in full, or perhaps not: nothing may be concluded from what is missing
  whole,
  given_up,  ///< not read in a run that read everything else in full, and --prune-source says that it never will be
             ///< again
};

inline ScopeName scope_name(const ServiceName& service) {
  return {service.source, service.scope};
}

/// What should be, found by key, by host, by service and by group.
class Desired {
 public:
  Desired(Wanted wanted, const Policy& policy);

  [[nodiscard]] std::size_t size() const { return wanted_.objects.size(); }
  [[nodiscard]] const Manifest& operator[](std::size_t index) const { return wanted_.objects[index]; }

  [[nodiscard]] std::optional<std::size_t> with_key_of(const Manifest& live) const;
  /// The ServiceEntries of a host and of a service; of a service not those of its aliases. Of merged sources, one of
  /// their services is enough.
  [[nodiscard]] std::optional<std::size_t> with_host(const std::string& host) const;
  [[nodiscard]] std::optional<std::size_t> entry_of(const ServiceName& service) const;

  [[nodiscard]] const std::map<std::string, Group>& groups() const { return groups_; }
  /// ServiceEntries of each scope, and none of each scope that was read without any.
  [[nodiscard]] const std::map<ScopeName, std::size_t>& entries() const { return entry_counts_; }

  [[nodiscard]] const std::vector<ScopeRead>& scopes() const { return wanted_.scopes; }
  [[nodiscard]] const ScopeRead* scope(const ScopeName& name) const;
  [[nodiscard]] Reading reading_of(const ScopeName& name) const;
  /// The same for what is from several scopes, all of which count. `home`: whose guards watch over it, and who may be
  /// given up in place of each.
  [[nodiscard]] Reading reading_of(const std::vector<ScopeName>& scopes, const ScopeName& home) const;
  /// Whether this run merges the scope under that name.
  [[nodiscard]] bool merges(const ScopeName& scope, const std::string& merge) const;
  /// Whether this run merges any scope of the source under that name.
  [[nodiscard]] bool merges_source(const std::string& source, const std::string& merge) const;
  /// Whether the service of a live object is listed, but not written in this run: the object stays as it is.
  [[nodiscard]] bool withholds(const Manifest& live, const ServiceName& service) const;

 private:
  void unite_merges();
  void add(std::size_t index);

  Wanted wanted_;  ///< its objects in the order of their keys
  std::set<std::string> prune_sources_;
  std::unordered_map<std::string, std::size_t> hosts_;
  std::map<ServiceName, std::size_t> services_;
  std::map<std::string, Group> groups_;
  std::map<ScopeName, std::size_t> entry_counts_;
  std::set<std::string> withheld_marks_;  ///< host_mark() of withheld hosts
  mutable std::size_t last_found_ = 0;
};

}  // namespace r2i::plan
