#pragma once

#include "sources/ask_each.hpp"
#include "sources/nacos_api.hpp"
#include "sources/nacos_namespace.hpp"
#include "sources/nacos_session.hpp"

#include <vector>

namespace r2i::sources::nacos {

/// Services of which some instances are ill, or all of which are called healthy though they are not: whether they are
/// to be used nevertheless depends on their protection threshold, which Nacos tells service by service only (the page
/// of services of 2.3.2 has a `protectThreshold`, which is always 0).
class Thresholds : private Questions {
 public:
  Thresholds(Session& session, Api api, Namespace& target) : session_(session), api_(api), target_(target) {}

  /// Takes a service whose threshold matters, to be asked about; hands over any other at once.
  void take(Found found);
  /// Asks, and hands over what was kept back.
  void settle();

 private:
  net::HttpRequest question(std::size_t index) override;
  bool answered(std::size_t index, const net::HttpRequest& request, net::HttpAnswer answer) override;
  void unanswered(std::size_t index, const std::string& why) override;

  void unknown(const ServiceKey& key, const std::string& why);

  Session& session_;
  Api api_;
  Namespace& target_;
  std::vector<Found> doubtful_;
};

}  // namespace r2i::sources::nacos
