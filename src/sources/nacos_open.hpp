#pragma once

#include "sources/ask_each.hpp"
#include "sources/nacos_api.hpp"
#include "sources/nacos_list.hpp"
#include "sources/nacos_namespace.hpp"
#include "sources/nacos_session.hpp"
#include "sources/nacos_thresholds.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace r2i::sources::nacos {

/// Reads a namespace through the API that Nacos's clients have: each group's list of services, then each service.
class OpenReader : private Questions {
 public:
  OpenReader(Session& session, Api api, Namespace& target);

  /// `first`: the list of the first group.
  void read(const ServiceList& first);

 private:
  net::HttpRequest question(std::size_t index) override;
  bool answered(std::size_t index, const net::HttpRequest& request, net::HttpAnswer answer) override;
  void unanswered(std::size_t index, const std::string& why) override;

  [[nodiscard]] const std::vector<std::string>& groups() const;
  /// Nothing: it failed, and that is reported.
  std::optional<ServiceList> list_group(const std::string& group);
  void take_list(const ServiceList& list);
  void list_again();

  Session& session_;
  Api api_;
  Namespace& target_;
  Thresholds thresholds_;
  std::vector<ServiceKey> pending_;
  std::uint64_t listed_ = 0;  ///< of all groups
  bool is_empty_ = true;
  bool knows_all_ = true;       ///< no group's list failed
  bool some_had_none_ = false;  ///< a service was answered without instances
};

}  // namespace r2i::sources::nacos
