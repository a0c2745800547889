#pragma once

#include "sources/ask_each.hpp"
#include "sources/nacos_api.hpp"
#include "sources/nacos_list.hpp"
#include "sources/nacos_namespace.hpp"
#include "sources/nacos_session.hpp"
#include "sources/nacos_thresholds.hpp"

#include <vector>

namespace r2i::sources::nacos {

/// Reads a namespace through the API that Nacos's clients have: each group's list of services, then each service.
class OpenReader : private Questions {
 public:
  OpenReader(Session& session, Api api, Namespace& target);

  /// `first`: the list of the first group.
  void read(ServiceList first);

 private:
  net::HttpRequest question(std::size_t index) override;
  bool answered(std::size_t index, const net::HttpRequest& request, net::HttpAnswer answer) override;
  void unanswered(std::size_t index, const std::string& why) override;

  void take_list(const ServiceList& list);

  Session& session_;
  Api api_;
  Namespace& target_;
  Thresholds thresholds_;
  std::vector<ServiceKey> pending_;
  bool is_empty_ = true;
  bool knows_all_ = true;  ///< no group's list failed
};

}  // namespace r2i::sources::nacos
