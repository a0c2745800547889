#include "sources/zookeeper_tree.hpp"

#include "base/text.hpp"
#include "sources/curator_instance.hpp"
#include "sources/zookeeper_dubbo.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace r2i::sources::zookeeper {

namespace {

using Ask = NodeRequest::Ask;

constexpr KeyWords kWords = {"node", "root", Code::tree_empty};

std::size_t depth_of(std::string_view path) {
  return path.empty() ? 0 : 1 + static_cast<std::size_t>(std::ranges::count(path, '/'));
}

std::string below(std::string_view folder, std::string_view name) {
  return folder.empty() ? std::string(name) : fmt::format("{}/{}", folder, name);
}

/// Any node below the folder, to be asked whose it would be.
std::string any_below(std::string_view folder) {
  return below(folder, "-");
}

}  // namespace

TreeReader::TreeReader(const Options& options, const Root& root, const std::shared_ptr<const SourceInfo>& source,
                       const NameFilter& names, Context& context)
    : options_(options),
      root_(root),
      pattern_(options.layout.key()),
      names_(names),
      context_(context),
      found_(source, root.name, root.service, options.layout, names, kWords) {}

void TreeReader::start_over() {
  found_.start_over();
  wanted_.clear();
  guessed_.clear();
  readings_.clear();
  gone_.clear();
  excluded_.clear();
  asked_ = answered_ = 0;
  denied_ = missing_ = false;
}

tl::expected<void, Broken> TreeReader::read(Session& session) {
  start_over();
  ask(Ask::children, "");
  if (auto walked = session.run(*this); !walked) return walked;
  // Answers come in the order of the requests, but what is asked next hangs on what has come.
  std::ranges::sort(readings_, {}, &NodeReading::path);
  if (options_.form != Form::dubbo_applications || missing_) return {};
  return DubboNames(options_, found_, readings_, tree_).read(session);
}

std::string TreeReader::full(std::string_view path) const {
  if (!path.empty()) return fmt::format("{}/{}", root_.path, path);
  return root_.path.empty() ? "/" : root_.path;
}

void TreeReader::ask(Ask ask, std::string_view path) {
  wanted_.push_back({ask, full(path)});
  ++asked_;
}

std::optional<NodeRequest> TreeReader::next() {
  if (wanted_.empty()) return std::nullopt;
  NodeRequest request = std::move(wanted_.front());
  wanted_.pop_front();
  return request;
}

void TreeReader::done(NodeRequest request, NodeResult result) {
  context_.progress.update(found_.display(), ++answered_, asked_);
  const std::size_t prefix = root_.path.size() + 1;
  const std::string path = request.path.size() > prefix ? request.path.substr(prefix) : std::string();
  if (!result) {
    take_failure(request, path, result.error());
  } else if (request.ask == Ask::children) {
    take_children(path, std::move(result->children));
  } else {
    take_data(path, std::move(*result));
  }
}

/// To what is below a folder: by its name where only one can be meant, without a list of all.
void TreeReader::descend(std::string_view folder) {
  const std::string_view only = pattern_.only_name_below(depth_of(folder));
  if (only.empty()) {
    if (!is_excluded_folder(folder)) ask(Ask::children, folder);
    return;
  }
  std::string path = below(folder, only);
  guessed_.insert(path);
  visit(std::move(path));
}

void TreeReader::visit(std::string path) {
  KeyParts parts;
  const bool matches = pattern_.match(path, parts);
  const bool leads_on = pattern_.may_be_below(path, depth_of(path));
  if (matches && !options_.layout.is_in_keys()) return ask(Ask::data, path);
  if (leads_on) descend(path);
  if (matches || !leads_on) add(std::move(path), {});
}

void TreeReader::take_children(const std::string& folder, std::vector<std::string> names) {
  if (names.empty()) return take_empty_folder(folder);
  std::ranges::sort(names);
  const bool top = folder.empty() && root_.path.empty() && options_.chroot.empty();
  for (const std::string& name : names) {
    // ZooKeeper's own: quotas, the configuration of the ensemble.
    if (top && name == "zookeeper") continue;
    if (name.empty() || name.find('/') != std::string::npos) {
      found_.problem(Code::entry_malformed, "",
                     fmt::format("node {} has a child {}", in_quotes(full(folder)), in_quotes(name)));
      continue;
    }
    visit(below(folder, name));
  }
}

void TreeReader::take_data(const std::string& path, NodeAnswer answer) {
  const bool leads_on = pattern_.may_be_below(path, depth_of(path));
  if (leads_on && answer.child_count > 0) {
    descend(path);
    // A folder may have data, as Curator's clients write their address into it.
    if (answer.data.empty() || answer.data.front() != '{') return;
  } else if (leads_on && answer.data.empty()) {
    return take_empty_folder(path);
  }
  add(path, std::move(answer.data));
}

void TreeReader::add(std::string path, std::string data) {
  KeyReading reading = options_.form == Form::layout
                           ? options_.layout.read(path, std::move(data), tree_)
                           : read_curator_instance(options_.layout, path, std::move(data), tree_);
  readings_.push_back({std::move(path), std::move(reading)});
}

/// The service is there, and its instances have gone.
void TreeReader::take_empty_folder(std::string_view folder) {
  if (auto reading = options_.layout.owner(any_below(folder), tree_))
    readings_.push_back({std::string(folder), std::move(*reading)});
}

bool TreeReader::is_excluded_folder(std::string_view folder) {
  if (!options_.layout.folder_is_service() || !pattern_.depth()) return false;
  const auto owner = options_.layout.owner(any_below(folder), tree_);
  if (!owner) return false;
  const std::string& service = options_.layout.has_no_service() ? root_.service : owner->service;
  if (!names_.refusal(service)) return false;
  excluded_.insert(service);
  return true;
}

void TreeReader::take_failure(const NodeRequest& request, const std::string& path, const NodeFailure& failure) {
  if (failure.kind == NodeFailure::Kind::gone) {
    if (path.empty()) {
      missing_ = true;
    } else if (!guessed_.contains(path)) {
      gone_.push_back(request.path);
    }
    return;
  }
  const bool denied = failure.kind == NodeFailure::Kind::denied;
  denied_ = denied_ || denied;
  const Code code = denied ? Code::node_denied : Code::node_unread;
  const std::string why = denied ? fmt::format("node {}: its ACL does not let us read it", in_quotes(request.path))
                                 : fmt::format("node {}: {}", in_quotes(request.path), failure.why);
  auto owner = options_.layout.owner(request.ask == Ask::children ? any_below(path) : path, tree_);
  if (!owner) return found_.problem(code, "", why);
  const std::string service = options_.layout.has_no_service() ? root_.service : owner->service;
  if (!found_.is_wanted(service)) return;
  found_.service(service, owner->group).complete = false;
  found_.problem(code, KeyedServices::subject_of(service), why);
}

ScopeState TreeReader::finish(ServiceSink& services) {
  if (!options_.trust_empty) judge_emptiness();
  if (options_.form != Form::layout) agree_on_protocols();
  for (const std::string& service : excluded_) found_.is_wanted(service);
  const std::size_t count = readings_.size();
  for (NodeReading& one : readings_) found_.take(full(one.path), one.path, std::move(one.reading));
  readings_.clear();
  note_gone();
  return found_.finish(count, options_.trust_empty || missing_, context_, services);
}

ScopeState TreeReader::fail(const Fault& fault) {
  return found_.fail(fault, context_);
}

/// Ephemeral nodes go with their sessions, all of them where the ensemble was away for longer than these last, while
/// the instances may be well.
void TreeReader::judge_emptiness() {
  if (missing_) {
    found_.problem(Code::tree_empty, "", fmt::format("there is no node {}", in_quotes(full(""))));
    return;
  }
  const auto has_none = [](const NodeReading& one) {
    return one.reading.kind == KeyReading::Kind::instances && one.reading.instances.empty();
  };
  const bool only_folders = !readings_.empty() && excluded_.empty() && std::ranges::all_of(readings_, has_none);
  if (!only_folders || denied_) return;
  std::set<std::string_view> services;
  for (const NodeReading& one : readings_) services.insert(one.reading.service);
  found_.problem(Code::tree_empty, "",
                 services.size() == 1 ? std::string("its only service has no instance")
                                      : fmt::format("none of its {} services has an instance", services.size()));
}

/// What speaks through the plain port is said by some instances of a service (uriSpec), and holds for those that do not
/// say it: older ones, for instance.
void TreeReader::agree_on_protocols() {
  constexpr std::string_view kSecure = "https";
  std::map<std::string_view, std::set<std::string>> said;
  for (const NodeReading& one : readings_) {
    for (const Instance& instance : one.reading.instances) {
      for (const Port& port : instance.ports) {
        if (!port.protocol.empty() && port.protocol != kSecure) said[one.reading.service].insert(port.protocol);
      }
    }
  }
  for (NodeReading& one : readings_) {
    const auto at = said.find(one.reading.service);
    if (at == said.end() || at->second.size() != 1) continue;
    for (Instance& instance : one.reading.instances) {
      instance.ports.change([&](auto& ports) {
        for (Port& port : ports) {
          if (port.protocol.empty()) port.protocol = *at->second.begin();
        }
      });
    }
  }
}

void TreeReader::note_gone() {
  if (gone_.empty()) return;
  std::ranges::sort(gone_);
  found_.note(Code::node_vanished, "",
              gone_.size() == 1
                  ? fmt::format("node {}: it was listed, and gone when it was asked for", in_quotes(gone_.front()))
                  : fmt::format("{}, {} for instance: they were listed, and gone when they were asked for",
                                counted(gone_.size(), "node"), in_quotes(gone_.front())));
}

}  // namespace r2i::sources::zookeeper
