#pragma once

#include <algorithm>
#include <compare>
#include <cstddef>
#include <string>
#include <tuple>

namespace r2i::plan {

/// A scope of a source, as the marks of an object name it.
struct ScopeName {
  std::string source;
  std::string scope;

  [[nodiscard]] std::string display() const { return source + "/" + scope; }
  friend auto operator<=>(const ScopeName&, const ScopeName&) = default;
};

/// Endpoints of one service, by where they are.
struct EndpointCount {
  std::size_t inside = 0;  ///< of its ServiceEntry
  std::size_t workloads = 0;

  /// Those that serve: an entry either has endpoints of its own, or selects workloads. Both are there at once while
  /// the layout is being switched.
  [[nodiscard]] std::size_t serving() const { return inside > 0 ? inside : workloads; }
};

/// All objects of one service in one namespace: what is desired, and what is live and ours.
struct Group {
  /// What tells the scope of a group, the best first.
  enum class Teller { desired, live_entry, live_workload, nobody };

  ScopeName scope;  ///< whose guards watch over it
  Teller teller = Teller::nobody;
  std::size_t desired = 0;
  EndpointCount live;
  EndpointCount staying;    ///< of the live ones those that are left alone
  EndpointCount moving_in;  ///< of live objects elsewhere that this group takes the place of

  /// Of objects that disagree the better teller is right, and of equal ones the first by name: the order in which they
  /// come does not matter.
  void belongs_to(const ScopeName& name, Teller by) {
    if (std::tie(by, name) < std::tie(teller, scope)) std::tie(teller, scope) = std::tie(by, name);
  }

  /// How many endpoints fewer there will be.
  [[nodiscard]] std::size_t lost() const {
    const std::size_t before = std::max(live.serving(), moving_in.serving());
    const std::size_t after = desired + (live.inside > 0 ? staying.inside : staying.workloads);
    return before > after ? before - after : 0;
  }
};

}  // namespace r2i::plan
