#pragma once

#include "base/flat_json.hpp"
#include "model/name_filter.hpp"
#include "model/service.hpp"
#include "sources/etcd_range.hpp"
#include "sources/etcd_session.hpp"
#include "sources/keyed_services.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace r2i::sources::etcd {

/// Reads one root, which is a scope: every key below it, and the services that the layout makes of them.
class RootReader : private KeySink {
 public:
  RootReader(Session& session, const Root& root, const std::shared_ptr<const SourceInfo>& source,
             const NameFilter& names, ServiceSink& services);

  ScopeState read();

 private:
  void key(std::string_view key, std::string value) override;
  void start_over() override;

  Session& session_;
  const Root& root_;
  ServiceSink& services_;
  KeyedServices found_;
  FlatJson tree_;
};

}  // namespace r2i::sources::etcd
