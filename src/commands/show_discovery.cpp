#include "commands/show_discovery.hpp"

#include "base/json_writer.hpp"
#include "base/text.hpp"
#include "commands/text_table.hpp"
#include "model/codes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <numeric>
#include <utility>

namespace r2i::commands {

namespace {

constexpr int kIndent = 2;
constexpr std::size_t kPortsWidth = 24;
constexpr std::size_t kProtocolWidth = 44;

std::size_t total(const HealthCounts& counts) {
  return std::accumulate(counts.begin(), counts.end(), std::size_t{0});
}

/// "2 passing", "1 critical"
std::vector<std::string> by_health(const HealthCounts& counts) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts.at(i) > 0) parts.push_back(fmt::format("{} {}", counts.at(i), to_string(static_cast<Health>(i))));
  }
  return parts;
}

std::string name_of(const Decided<std::string>& protocol) {
  return protocol.value.empty() ? "undecided" : protocol.value;
}

bool decided_alike(const transform::ExplainedPort& a, const transform::ExplainedPort& b) {
  return a.protocol.value == b.protocol.value && a.protocol.origin == b.protocol.origin && a.withheld == b.withheld;
}

/// The lines of two columns: ports that are decided alike, and beside them how.
std::pair<TextTable::Cell, TextTable::Cell> port_cells(const std::vector<transform::ExplainedPort>& ports) {
  TextTable::Cell numbers;
  TextTable::Cell protocols;
  for (auto first = ports.begin(); first != ports.end();) {
    const auto last =
        std::find_if_not(first, ports.end(), [&](const auto& port) { return decided_alike(port, *first); });
    std::vector<std::string> group;
    for (auto port = first; port != last; ++port) group.push_back(fmt::format("{}", port->number));
    std::vector<std::string> how = {fmt::format("{} ({})", name_of(first->protocol), first->protocol.origin)};
    if (first->withheld) how.emplace_back("withheld");
    std::ranges::move(folded(group, kPortsWidth), std::back_inserter(numbers));
    std::ranges::move(folded(how, kProtocolWidth), std::back_inserter(protocols));
    const std::size_t height = std::max(numbers.size(), protocols.size());
    numbers.resize(height);
    protocols.resize(height);
    first = last;
  }
  return {std::move(numbers), std::move(protocols)};
}

/// Why nothing of it is exported.
std::string note_of(const DiscoveredService& found) {
  if (found.code == 0) return "";
  const CodeInfo& info = code_info(found.code);
  const std::string_view what = info.severity == Severity::error ? "withheld" : "left out";
  return fmt::format("{}: {} ({})", what, info.reason, code_name(found.code));
}

TextTable::Cell line(std::string text) {
  if (text.empty()) return {};
  return {std::move(text)};
}

TextTable::Cell or_dash(TextTable::Cell cell) {
  return cell.empty() ? TextTable::Cell{"-"} : std::move(cell);
}

void print_table(Output& out, const std::vector<DiscoveredService>& services, bool color) {
  constexpr std::size_t kInstancesWidth = 24;
  TextTable table({"SCOPE", "NAMESPACE", "GROUP", "SERVICE", "INSTANCES", "PORTS", "PROTOCOL", "HOST", "NOT EXPORTED"});
  for (const DiscoveredService& found : services) {
    auto [ports, protocols] = port_cells(found.ports);
    auto instances = found.complete ? folded(by_health(found.instances), kInstancesWidth) : line("not read");
    if (instances.empty()) instances = {"none"};
    table.add({line(found.scope->display()), line(found.nspace), line(found.group), line(found.name),
               std::move(instances), or_dash(std::move(ports)), or_dash(std::move(protocols)),
               or_dash(line(found.host.value)), line(note_of(found))});
  }
  if (!services.empty()) table.print(out, color);
}

/// Whether each scope was read in full, and why not.
void print_scopes(Output& out, const Gathered& gathered, bool color) {
  for (const SourceState& state : gathered.states) {
    const std::string address = state.source->address.empty() ? "" : " at " + state.source->address;
    for (const ScopeState& scope : state.scopes) {
      const auto services = gathered.by_scope.find(scope.scope.get());
      const std::string_view incomplete = color ? "\x1b[1;31mincomplete\x1b[0m" : "incomplete";
      out.write(fmt::format("{}{}: {}, {}\n", clean_text(scope.scope->display()), clean_text(address),
                            scope.complete ? "complete" : incomplete,
                            counted(services == gathered.by_scope.end() ? 0 : services->second, "service")));
      for (const std::string& problem : scope.problems) out.write(fmt::format("  {}\n", clean_text(problem)));
    }
  }
}

void print_counts(Output& out, const Discovery& discovery) {
  HealthCounts all{};
  for (const DiscoveredService& found : discovery.services) {
    for (std::size_t i = 0; i < all.size(); ++i) all.at(i) += found.instances.at(i);
  }
  for (const std::string& rule : discovery.unused_rules) out.write(fmt::format("{}\n", clean_text(rule)));
  const auto not_exported = static_cast<std::size_t>(
      std::ranges::count_if(discovery.services, [](const DiscoveredService& found) { return found.code != 0; }));
  const std::string health = total(all) == 0 ? "" : ": " + join(by_health(all), ", ");
  out.write(fmt::format("{}{}, {}{}\n", counted(discovery.services.size(), "service"),
                        not_exported == 0 ? "" : fmt::format(" ({} not exported)", not_exported),
                        counted(total(all), "instance"), health));
}

void write_text(Sink& sink, std::string_view key, std::string_view value) {
  if (value.empty()) return;
  sink.key(key);
  sink.string(value);
}

void write_count(Sink& sink, std::string_view key, std::size_t count) {
  sink.key(key);
  sink.integer(static_cast<std::int64_t>(count));
}

void write_truth(Sink& sink, std::string_view key, bool value) {
  sink.key(key);
  sink.boolean(value);
}

void write_scope(Sink& sink, const Gathered& gathered, const ScopeState& scope) {
  const auto services = gathered.by_scope.find(scope.scope.get());
  sink.begin_map();
  write_text(sink, "source", scope.scope->source->name);
  write_text(sink, "kind", scope.scope->source->kind);
  write_text(sink, "address", scope.scope->source->address);
  write_text(sink, "scope", scope.scope->name);
  write_truth(sink, "complete", scope.complete);
  if (!scope.problems.empty()) {
    sink.key("problems");
    sink.begin_list();
    for (const std::string& problem : scope.problems) sink.string(problem);
    sink.end_list();
  }
  write_count(sink, "services", services == gathered.by_scope.end() ? 0 : services->second);
  sink.end_map();
}

void write_ports(Sink& sink, const std::vector<transform::ExplainedPort>& ports) {
  sink.key("ports");
  sink.begin_list();
  for (const transform::ExplainedPort& port : ports) {
    sink.begin_map();
    write_count(sink, "number", port.number);
    write_text(sink, "name", port.name);
    write_text(sink, "protocol", port.protocol.value);
    write_text(sink, "decidedBy", port.protocol.origin);
    if (port.withheld) write_truth(sink, "withheld", true);
    sink.end_map();
  }
  sink.end_list();
}

void write_service(Sink& sink, const DiscoveredService& found) {
  sink.begin_map();
  write_text(sink, "source", found.scope->source->name);
  write_text(sink, "scope", found.scope->name);
  write_text(sink, "namespace", found.nspace);
  write_text(sink, "group", found.group);
  sink.key("name");
  sink.string(found.name);
  write_truth(sink, "complete", found.complete);
  sink.key("instances");
  sink.begin_map();
  for (std::size_t i = 0; i < found.instances.size(); ++i) {
    if (found.instances.at(i) > 0) write_count(sink, to_string(static_cast<Health>(i)), found.instances.at(i));
  }
  sink.end_map();
  write_ports(sink, found.ports);
  write_text(sink, "host", found.host.value);
  if (!found.host.value.empty()) write_text(sink, "hostDecidedBy", found.host.origin);
  write_truth(sink, "exported", found.code == 0);
  if (found.code != 0) {
    write_text(sink, "code", code_name(found.code));
    write_text(sink, "reason", code_info(found.code).reason);
  }
  sink.end_map();
}

void print_json(Output& out, const Discovery& discovery) {
  JsonWriter writer(out, kIndent);
  writer.begin_map();
  writer.key("scopes");
  writer.begin_list();
  for (const SourceState& state : discovery.gathered.states) {
    for (const ScopeState& scope : state.scopes) write_scope(writer, discovery.gathered, scope);
  }
  writer.end_list();
  writer.key("services");
  writer.begin_list();
  for (const DiscoveredService& found : discovery.services) {
    write_service(writer, found);
    out.spill();
  }
  writer.end_list();
  writer.key("unusedRules");
  writer.begin_list();
  for (const std::string& rule : discovery.unused_rules) writer.string(rule);
  writer.end_list();
  writer.end_map();
  out.write("\n");
}

}  // namespace

void show_discovery(Output& out, const Discovery& discovery, config::SourceFormat format, bool color) {
  switch (format) {
    case config::SourceFormat::table:
      print_table(out, discovery.services, color);
      if (!discovery.services.empty()) out.write("\n");
      print_scopes(out, discovery.gathered, color);
      print_counts(out, discovery);
      break;
    case config::SourceFormat::json:
      print_json(out, discovery);
      break;
    case config::SourceFormat::name:
      for (const DiscoveredService& found : discovery.services) {
        out.write(clean_text(fmt::format("{}/{}", found.scope->display(), found.name)) + "\n");
        out.spill();
      }
      break;
  }
  out.flush();
}

}  // namespace r2i::commands
