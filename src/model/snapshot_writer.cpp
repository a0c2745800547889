#include "base/text.hpp"
#include "model/secrets.hpp"
#include "model/snapshot.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <tuple>

namespace r2i {

namespace {

void text(Sink& sink, std::string_view key, std::string_view value) {
  if (value.empty()) return;
  sink.key(key);
  sink.string(value);
}

void flag(Sink& sink, std::string_view key, bool value) {
  sink.key(key);
  sink.boolean(value);
}

void texts(Sink& sink, std::string_view key, const std::vector<std::string>& values) {
  if (values.empty()) return;
  sink.key(key);
  sink.begin_list();
  for (const auto& value : values) sink.string(value);
  sink.end_list();
}

void pairs(Sink& sink, std::string_view key, const Pairs& values) {
  if (values.empty()) return;
  sink.key(key);
  sink.begin_map();
  for (const auto& [name, value] : values) {
    sink.key(name);
    sink.string(value);
  }
  sink.end_map();
}

void write_scope(Sink& sink, const ScopeState& state) {
  const Scope& scope = *state.scope;
  sink.begin_map();
  sink.key("name");
  sink.string(scope.name);
  flag(sink, "complete", state.complete);
  text(sink, "datacenter", scope.datacenter);
  text(sink, "partition", scope.partition);
  text(sink, "peer", scope.peer);
  if (!scope.local) flag(sink, "local", false);
  texts(sink, "problems", state.problems);
  sink.end_map();
}

void write_ports(Sink& sink, const std::vector<Port>& ports) {
  if (ports.empty()) return;
  sink.key("ports");
  sink.begin_list();
  for (const Port& port : ports) {
    sink.begin_map();
    sink.key("number");
    sink.integer(port.number);
    text(sink, "name", port.name);
    text(sink, "protocol", port.protocol);
    sink.end_map();
  }
  sink.end_list();
}

void write_weight(Sink& sink, const std::optional<double>& weight) {
  if (!weight) return;
  sink.key("weight");
  if (std::trunc(*weight) == *weight && std::abs(*weight) < 1e15) {
    sink.integer(static_cast<std::int64_t>(*weight));
  } else {
    sink.number(*weight);
  }
}

void write_instance(Sink& sink, const Instance& instance) {
  sink.begin_map();
  text(sink, "id", instance.id);
  text(sink, "node", instance.node);
  text(sink, "address", instance.address);
  text(sink, "nodeAddress", instance.node_address);
  write_ports(sink, instance.ports);
  text(sink, "health", to_string(instance.health));
  write_weight(sink, instance.weight);
  text(sink, "locality", instance.locality);
  text(sink, "kind", instance.kind);
  texts(sink, "tags", instance.tags);
  pairs(sink, "metadata", instance.metadata);
  sink.end_map();
}

std::size_t redact(Pairs& pairs) {
  std::size_t count = 0;
  for (auto& [key, value] : pairs) {
    if (value == kRedacted || !(is_secret_key(key) || is_secret_value(value))) continue;
    value = kRedacted;
    ++count;
  }
  return count;
}

/// Where the secret of a tag begins, if it has one: tags are `key=value`, `key|value` or one word.
std::optional<std::size_t> find_secret(const std::string& tag) {
  const auto separator = tag.find_first_of("=|");
  const std::string_view value =
      separator == std::string::npos ? std::string_view(tag) : std::string_view(tag).substr(separator + 1);
  const bool named = separator != std::string::npos && is_secret_key(std::string_view(tag).substr(0, separator));
  if (value == kRedacted || !(named || is_secret_value(value))) return std::nullopt;
  return separator == std::string::npos ? 0 : separator + 1;
}

/// Few have any: those that do not stay shared.
std::size_t redact(SharedList& shared) {
  const auto count = static_cast<std::size_t>(
      std::ranges::count_if(shared, [](const std::string& tag) { return find_secret(tag).has_value(); }));
  if (count == 0) return 0;
  shared.change([](auto& tags) {
    for (std::string& tag : tags) {
      if (const auto secret = find_secret(tag)) tag.replace(*secret, std::string::npos, kRedacted);
    }
  });
  return count;
}

}  // namespace

bool SourceState::complete() const {
  return std::ranges::all_of(scopes, [](const ScopeState& state) { return state.complete; });
}

void SnapshotWriter::begin(const SourceState& state) {
  sink_.begin_map();
  text(sink_, "apiVersion", kSnapshotApiVersion);
  text(sink_, "kind", "Snapshot");
  sink_.key("source");
  sink_.begin_map();
  text(sink_, "name", state.source->name);
  text(sink_, "kind", state.source->kind);
  text(sink_, "address", state.source->address);
  sink_.end_map();
  text(sink_, "fetchedAt", state.fetched_at);
  sink_.key("scopes");
  sink_.begin_list();
  for (const ScopeState& scope : state.scopes) write_scope(sink_, scope);
  sink_.end_list();
  sink_.key("services");
  sink_.begin_list();
}

void SnapshotWriter::service(const Service& service) {
  sink_.begin_map();
  sink_.key("name");
  sink_.string(service.name);
  text(sink_, "scope", service.scope->name);
  if (!service.complete) flag(sink_, "complete", false);
  text(sink_, "group", service.group);
  text(sink_, "namespace", service.nspace);
  pairs(sink_, "metadata", service.metadata);
  sink_.key("instances");
  sink_.begin_list();
  for (const Instance& instance : service.instances) write_instance(sink_, instance);
  sink_.end_list();
  sink_.end_map();
}

void SnapshotWriter::end() {
  sink_.end_list();
  sink_.end_map();
}

bool snapshot_order(const Service& a, const Service& b) {
  return std::tie(a.scope->name, a.name, a.nspace, a.group) < std::tie(b.scope->name, b.name, b.nspace, b.group);
}

std::size_t redact(Service& service) {
  std::size_t count = redact(service.metadata);
  for (Instance& instance : service.instances) {
    count += redact(instance.metadata);
    count += redact(instance.tags);
  }
  return count;
}

}  // namespace r2i
