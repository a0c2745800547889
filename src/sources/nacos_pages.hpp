#pragma once

#include "sources/ask_each.hpp"
#include "sources/nacos_api.hpp"
#include "sources/nacos_list.hpp"
#include "sources/nacos_namespace.hpp"
#include "sources/nacos_session.hpp"
#include "sources/nacos_thresholds.hpp"

#include <set>
#include <string>

namespace r2i::sources::nacos {

/// Reads a namespace page by page, several pages at once. The pages are cut from a set without an order: a service that
/// comes or goes moves the others from page to page. So they are held against a list: what it has and no page had is
/// looked for again.
class PageReader : private Questions {
 public:
  PageReader(Session& session, Api api, Namespace& target);

  /// `list`: as it was before the first page.
  void read(ServiceList list);

 private:
  net::HttpRequest question(std::size_t index) override;
  bool answered(std::size_t index, const net::HttpRequest& request, net::HttpAnswer answer) override;
  void unanswered(std::size_t index, const std::string& why) override;

  void read_pages(std::uint64_t services);
  [[nodiscard]] std::vector<ServiceKey> missing(const ServiceList& list);
  void lose_missing(const ServiceList& list);

  Session& session_;
  Api api_;
  Namespace& target_;
  Thresholds thresholds_;
  std::set<ServiceKey> read_;     ///< in any pass
  std::set<ServiceKey> in_pass_;  ///< in this pass
  std::string failure_;           ///< of a page; empty: none failed
  Code failure_code_ = Code::service_unread;
};

}  // namespace r2i::sources::nacos
