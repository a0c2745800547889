#include "sources/zookeeper_dubbo.hpp"

#include "base/text.hpp"
#include "sources/dubbo_metadata.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace r2i::sources::zookeeper {

namespace {

using Ask = NodeRequest::Ask;

constexpr const char* kInterfaces = "interfaces";

/// The revision whose interfaces the instance has published; nothing: it tells them to who asks it itself.
std::optional<std::string> published_revision(const Instance& instance) {
  const auto storage = find_value(instance.metadata, "dubbo.metadata.storage-type");
  const auto revision = find_value(instance.metadata, "dubbo.metadata.revision");
  // "0": it offers nothing. A name with a slash leads elsewhere.
  const bool usable = revision && !revision->empty() && *revision != "0" && revision->find('/') == std::string::npos;
  return storage == "remote" && usable ? std::optional<std::string>(*revision) : std::nullopt;
}

void set(Pairs& metadata, std::string key, std::string value) {
  const auto at = std::ranges::lower_bound(metadata, key, {}, &Pairs::value_type::first);
  if (at != metadata.end() && at->first == key) {
    at->second = std::move(value);
  } else {
    metadata.insert(at, {std::move(key), std::move(value)});
  }
}

}  // namespace

DubboNames::DubboNames(const Options& options, KeyedServices& found, std::vector<NodeReading>& readings, FlatJson& tree)
    : found_(found),
      readings_(readings),
      tree_(tree),
      mapping_(options.dubbo_root + "/mapping"),
      metadata_(options.dubbo_root + "/metadata") {}

tl::expected<void, Broken> DubboNames::read(Session& session) {
  ask(Ask::children, mapping_);
  ask_for_revisions();
  if (auto done = session.run(*this); !done) return done;
  give_names();
  return {};
}

void DubboNames::ask(Ask ask, std::string path) {
  wanted_.push_back({ask, std::move(path)});
}

void DubboNames::ask_for_revisions() {
  for (const NodeReading& one : readings_) {
    for (const Instance& instance : one.reading.instances) {
      const auto revision = published_revision(instance);
      if (!revision) continue;
      const std::string path = fmt::format("{}/{}/{}", metadata_, one.reading.service, *revision);
      if (asked_.emplace(path, Revision{one.reading.service, *revision}).second) ask(Ask::data, path);
    }
  }
}

std::optional<NodeRequest> DubboNames::next() {
  if (wanted_.empty()) return std::nullopt;
  NodeRequest request = std::move(wanted_.front());
  wanted_.pop_front();
  return request;
}

void DubboNames::done(NodeRequest request, NodeResult result) {
  if (!result) return take_failure(request, result.error());
  if (request.path == mapping_) {
    std::ranges::sort(result->children);
    for (const std::string& name : result->children) ask(Ask::data, fmt::format("{}/{}", mapping_, name));
  } else if (const auto revision = asked_.find(request.path); revision != asked_.end()) {
    take_revision(revision->second, std::move(result->data));
  } else {
    const std::string name = valid_utf8(request.path.substr(mapping_.size() + 1));
    for (const std::string& application : parse_mapping(result->data)) all_[application].insert(name);
  }
}

void DubboNames::take_revision(const Revision& revision, std::string data) {
  const auto names = parse_metadata_info(std::move(data), tree_);
  if (names) {
    of_revision_[revision] = join(*names, ",");
    return;
  }
  const auto& [application, number] = revision;
  if (!found_.is_wanted(application)) return;
  found_.problem(Code::entry_malformed, KeyedServices::subject_of(application),
                 fmt::format("node {}: it is not what Dubbo writes: {}",
                             in_quotes(fmt::format("{}/{}/{}", metadata_, application, number)), names.error()));
}

void DubboNames::take_failure(const NodeRequest& request, const NodeFailure& failure) {
  const auto revision = asked_.find(request.path);
  const bool is_revision = revision != asked_.end();
  if (is_revision && !found_.is_wanted(revision->second.first)) return;
  const std::string subject = is_revision ? KeyedServices::subject_of(revision->second.first) : std::string();
  if (failure.kind == NodeFailure::Kind::gone) {
    // Without a mapping nobody has told it; an interface that is gone is gone.
    if (is_revision) {
      found_.note(Code::dubbo_metadata_missing, subject,
                  fmt::format("there is no node {}, which should say what it offers", in_quotes(request.path)));
    }
    return;
  }
  const bool denied = failure.kind == NodeFailure::Kind::denied;
  found_.problem(denied ? Code::node_denied : Code::node_unread, subject,
                 denied ? fmt::format("node {}: its ACL does not let us read it", in_quotes(request.path))
                        : fmt::format("node {}: {}", in_quotes(request.path), failure.why));
}

void DubboNames::give_names() {
  for (NodeReading& one : readings_) {
    if (one.reading.kind != KeyReading::Kind::instances) continue;
    if (const auto names = all_.find(one.reading.service); names != all_.end()) {
      const std::vector<std::string> sorted(names->second.begin(), names->second.end());
      set(one.reading.service_metadata, kInterfaces, join(sorted, ","));
    }
    for (Instance& instance : one.reading.instances) {
      const auto revision = published_revision(instance);
      const auto names = revision ? of_revision_.find({one.reading.service, *revision}) : of_revision_.end();
      if (names != of_revision_.end()) set(instance.metadata, kInterfaces, names->second);
    }
  }
}

}  // namespace r2i::sources::zookeeper
