#include "sources/etcd_scope.hpp"

#include <utility>

namespace r2i::sources::etcd {

namespace {

constexpr KeyWords kWords = {"key", "prefix", Code::root_empty};

}  // namespace

RootReader::RootReader(Session& session, const Root& root, const std::shared_ptr<const SourceInfo>& source,
                       const NameFilter& names, ServiceSink& services)
    : session_(session),
      root_(root),
      services_(services),
      found_(source, root.name, root.service, session.options().layout, names, kWords) {}

ScopeState RootReader::read() {
  const auto keys = RangeReader(session_, root_, found_.display(), *this).read();
  if (!keys) return found_.fail(keys.error(), session_.context());
  return found_.finish(*keys, session_.options().trust_empty, session_.context(), services_);
}

void RootReader::start_over() {
  found_.start_over();
}

void RootReader::key(std::string_view key, std::string value) {
  const std::string_view relative = key.substr(root_.prefix.size());
  found_.take(key, relative, session_.options().layout.read(relative, std::move(value), tree_));
}

}  // namespace r2i::sources::etcd
