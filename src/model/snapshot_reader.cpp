#include "base/text.hpp"
#include "model/snapshot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <deque>
#include <iterator>
#include <utility>

namespace r2i {

namespace {

constexpr std::array<std::string_view, 8> kRootKeys = {"apiVersion", "kind",     "source", "fetchedAt",
                                                       "scopes",     "services", "items",  "$schema"};
constexpr std::array<std::string_view, 3> kSourceKeys = {"name", "kind", "address"};
constexpr std::array<std::string_view, 7> kScopeKeys = {"name", "complete", "datacenter", "partition",
                                                        "peer", "local",    "problems"};
constexpr std::array<std::string_view, 7> kServiceKeys = {"name",      "scope",    "complete", "group",
                                                          "namespace", "metadata", "instances"};
constexpr std::array<std::string_view, 11> kInstanceKeys = {
    "id", "node", "address", "nodeAddress", "ports", "health", "weight", "locality", "kind", "tags", "metadata"};
constexpr std::array<std::string_view, 3> kPortKeys = {"number", "name", "protocol"};

/// The head of one snapshot of a file. Services that come before their scopes are read in a second pass.
struct Head {
  std::shared_ptr<SourceInfo> source = std::make_shared<SourceInfo>();  ///< shared by the scopes, which may come first
  SourceState state{source, {}, {}};
  bool has_source = false;
  bool has_scopes = false;
  bool has_services = false;
  bool services_come_first = false;
  bool is_list = false;  ///< no snapshot, but the list that holds the others
};

class SnapshotReader {
 public:
  SnapshotReader(DocumentReader& reader, LargeText& text, ServiceSink& services)
      : reader_(reader), text_(text), services_(services) {}

  /// Reads the root: one snapshot, or the items of a list. On the second pass, only the services that the first one
  /// left.
  void read_root(bool second_pass) {
    second_pass_ = second_pass;
    next_ = 0;
    read_document(true);
  }

  [[nodiscard]] bool needs_second_pass() const { return std::ranges::any_of(heads_, &Head::services_come_first); }

  std::vector<SourceState> take_states() {
    std::vector<SourceState> states;
    for (Head& head : heads_) {
      if (!head.is_list) states.push_back(std::move(head.state));
    }
    return states;
  }

 private:
  void read_document(bool may_be_list) {
    const std::size_t start = reader_.cursor().offset();
    const std::size_t at = next_++;
    if (!second_pass_) heads_.emplace_back();
    std::string version;
    std::string kind;
    bool list = false;
    reader_.object(kRootKeys, [&](std::string_view key) {
      if (key == "items" && may_be_list) {
        list = true;
        if (!second_pass_) heads_[at].is_list = true;
        const std::size_t items = reader_.cursor().offset();
        reader_.list([&] { read_document(false); });
        if (next_ == at + 1) reader_.find(items, "there must be at least one snapshot");
        return true;
      }
      return read_root_key(key, at, version, kind);
    });
    if (!second_pass_ && !reader_.cursor().fault()) check_root(start, heads_[at], version, kind, list);
  }

  bool read_root_key(std::string_view key, std::size_t at, std::string& version, std::string& kind) {
    if (key == "services") {
      read_services(at);
      return true;
    }
    if (second_pass_) {
      reader_.cursor().skip();
      return true;
    }
    if (key == "apiVersion") {
      reader_.read(version);
      expect_word(version, kSnapshotApiVersion);
    } else if (key == "kind") {
      reader_.read(kind);
    } else if (key == "fetchedAt") {
      reader_.read(heads_[at].state.fetched_at);
    } else if (key == "source") {
      read_source(heads_[at]);
    } else if (key == "scopes") {
      read_scopes(heads_[at]);
    } else {
      return key == "$schema";
    }
    return true;
  }

  void expect_word(std::string_view found, std::string_view wanted) {
    if (!found.empty() && found != wanted) {
      reader_.find(reader_.cursor().offset(), fmt::format("expected \"{}\", got {}", wanted, in_quotes(found)));
    }
  }

  void check_root(std::size_t start, const Head& head, const std::string& version, const std::string& kind, bool list) {
    const std::string_view wanted = list ? "SnapshotList" : "Snapshot";
    if (kind != wanted) {
      reader_.find(start, kind.empty() ? fmt::format("the key \"kind\" is missing: expected \"{}\"", wanted)
                                       : fmt::format("kind: expected \"{}\", got {}", wanted, in_quotes(kind)));
    }
    if (version.empty()) {
      reader_.find(start, fmt::format("the key \"apiVersion\" is missing: expected \"{}\"", kSnapshotApiVersion));
    }
    if (list) {
      if (head.has_source || head.has_scopes || head.has_services || !head.state.fetched_at.empty())
        reader_.find(start, "a SnapshotList has nothing but items");
      return;
    }
    if (!head.has_source) reader_.find(start, "the key \"source\" is missing");
    if (!head.has_scopes) reader_.find(start, "the key \"scopes\" is missing");
    if (!head.has_services) reader_.find(start, "the key \"services\" is missing");
  }

  void read_source(Head& head) {
    const std::size_t start = reader_.cursor().offset();
    SourceInfo source;
    reader_.object(kSourceKeys, [&](std::string_view key) {
      if (key == "name") {
        reader_.read(source.name);
      } else if (key == "kind") {
        reader_.read(source.kind);
      } else if (key == "address") {
        reader_.read(source.address);
      } else {
        return false;
      }
      return true;
    });
    if (source.name.empty()) reader_.find(start, "name is missing: what the source is called");
    if (source.kind.empty())
      reader_.find(start, "kind is missing: which kind of registry it is, for instance \"consul\"");
    *head.source = std::move(source);
    head.has_source = true;
  }

  void read_scopes(Head& head) {
    head.has_scopes = true;
    const std::size_t start = reader_.cursor().offset();
    reader_.list([&] { read_scope(head.state); });
    if (head.state.scopes.empty()) reader_.find(start, "there must be at least one scope");
  }

  void read_scope(SourceState& state) {
    const std::size_t start = reader_.cursor().offset();
    Scope scope;
    scope.source = state.source;
    ScopeState scope_state;
    bool says_complete = false;
    reader_.object(kScopeKeys, [&](std::string_view key) {
      if (key == "name") {
        reader_.read(scope.name);
      } else if (key == "complete") {
        reader_.read(scope_state.complete);
        says_complete = true;
      } else if (key == "datacenter") {
        reader_.read(scope.datacenter);
      } else if (key == "partition") {
        reader_.read(scope.partition);
      } else if (key == "peer") {
        reader_.read(scope.peer);
      } else if (key == "local") {
        reader_.read(scope.local);
      } else if (key == "problems") {
        reader_.read(scope_state.problems);
      } else {
        return false;
      }
      return true;
    });
    if (scope.name.empty()) reader_.find(start, "name is missing");
    if (!says_complete)
      reader_.find(start, "complete is missing: whether every service of the scope is in the snapshot");
    scope_state.scope = std::make_shared<const Scope>(std::move(scope));
    state.scopes.push_back(std::move(scope_state));
  }

  void read_services(std::size_t at) {
    Head& head = heads_[at];
    const bool is_first = !std::exchange(head.has_services, true) || second_pass_;
    const bool ready = head.has_scopes && head.has_source;
    if (second_pass_ ? !head.services_come_first : !ready) {
      if (!second_pass_) head.services_come_first = true;
      reader_.cursor().skip();
      return;
    }
    // The snapshots of a list may need a second pass, and the keys before this one are looked at to the end.
    const bool spend = is_first && !heads_.front().is_list;
    if (spend) text_.keep(reader_.cursor().offset());
    reader_.list([&] {
      read_service(head.state);
      if (spend && !reader_.has_findings()) text_.spend(reader_.cursor().offset());
    });
  }

  void read_service(const SourceState& state) {
    const std::size_t start = reader_.cursor().offset();
    Service service;
    std::string scope;
    reader_.object(kServiceKeys, [&](std::string_view key) {
      if (key == "name") {
        reader_.read(service.name);
      } else if (key == "scope") {
        reader_.read(scope);
      } else if (key == "complete") {
        reader_.read(service.complete);
      } else if (key == "group") {
        reader_.read(service.group);
      } else if (key == "namespace") {
        reader_.read(service.nspace);
      } else if (key == "metadata") {
        reader_.read(service.metadata);
      } else if (key == "instances") {
        instances_.clear();
        reader_.list([&] { read_instance(instances_.emplace_back()); });
        service.instances.assign(std::make_move_iterator(instances_.begin()),
                                 std::make_move_iterator(instances_.end()));
      } else {
        return false;
      }
      return true;
    });
    if (service.name.empty()) reader_.find(start, "name is missing");
    service.scope = find_scope(state, scope, start);
    if (service.scope && !reader_.cursor().fault()) services_.service(std::move(service));
  }

  std::shared_ptr<const Scope> find_scope(const SourceState& state, const std::string& name, std::size_t start) {
    if (name.empty() && state.scopes.size() == 1) return state.scopes.front().scope;
    const auto found = std::ranges::find_if(state.scopes, [&](const ScopeState& s) { return s.scope->name == name; });
    if (found != state.scopes.end()) return found->scope;
    reader_.find(start, name.empty() ? "scope is missing: the snapshot has several"
                                     : fmt::format("scope {} is not in the list \"scopes\"", in_quotes(name)));
    return nullptr;
  }

  void read_instance(Instance& instance) {
    reader_.object(kInstanceKeys, [&](std::string_view key) {
      if (key == "id") {
        reader_.read(instance.id);
      } else if (key == "node") {
        reader_.read(instance.node);
      } else if (key == "address") {
        reader_.read(instance.address);
      } else if (key == "nodeAddress") {
        reader_.read(instance.node_address);
      } else if (key == "ports") {
        ports_.clear();
        reader_.list([&] { read_port(ports_.emplace_back()); });
        instance.ports = same_ports_.share(ports_);
      } else if (key == "health") {
        read_health(instance);
      } else if (key == "weight") {
        reader_.read(instance.weight.emplace());
      } else if (key == "locality") {
        reader_.read(instance.locality);
      } else if (key == "kind") {
        reader_.read(instance.kind);
      } else if (key == "tags") {
        reader_.read(tags_);
        instance.tags = same_tags_.share(tags_);
      } else if (key == "metadata") {
        reader_.read(instance.metadata);
      } else {
        return false;
      }
      return true;
    });
  }

  void read_health(Instance& instance) {
    std::string text;
    reader_.read(text);
    if (const auto health = health_from(text)) {
      instance.health = *health;
    } else {
      reader_.find(
          reader_.cursor().offset(),
          fmt::format("unknown health {}: passing, warning, critical, maintenance or disabled{}", in_quotes(text),
                      did_you_mean(text, {"passing", "warning", "critical", "maintenance", "disabled"})));
    }
  }

  void read_port(Port& port) {
    const std::size_t start = reader_.cursor().offset();
    bool numbered = false;
    reader_.object(kPortKeys, [&](std::string_view key) {
      if (key == "number") {
        reader_.read(port.number);
        numbered = true;
      } else if (key == "name") {
        reader_.read(port.name);
      } else if (key == "protocol") {
        reader_.read(port.protocol);
      } else {
        return false;
      }
      return true;
    });
    if (!numbered) reader_.find(start, "number is missing");
  }

  DocumentReader& reader_;
  LargeText& text_;
  ServiceSink& services_;
  std::deque<Head> heads_;  ///< a deque: reading a list adds to it while one of them is being filled
  std::size_t next_ = 0;
  std::vector<Instance> instances_;  ///< of the service that is being read: keeps its room, they none but their own
  std::vector<Port> ports_;          ///< of the instance that is being read, as are the tags
  std::vector<std::string> tags_;
  Alike<std::vector<Port>> same_ports_;
  Alike<std::vector<std::string>> same_tags_;
  bool second_pass_ = false;
};

}  // namespace

SnapshotContents read_snapshot(LargeText& text, ServiceSink& services) {
  SnapshotContents contents;
  JsonCursor cursor;
  DocumentReader reader(cursor);
  SnapshotReader snapshot(reader, text, services);
  if (cursor.open(text.text())) snapshot.read_root(false);
  contents.repaired = cursor.repaired();
  contents.findings = reader.finish();
  if (contents.findings.empty() && snapshot.needs_second_pass()) {
    if (cursor.open(text.text())) snapshot.read_root(true);
    contents.findings = reader.finish();
  }
  contents.sources = snapshot.take_states();
  return contents;
}

}  // namespace r2i
