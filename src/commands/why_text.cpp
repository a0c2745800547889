#include "base/text.hpp"
#include "base/yaml_writer.hpp"
#include "commands/why_service.hpp"
#include "model/code_help.hpp"
#include "model/describe.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace r2i::commands {

namespace {

std::string by(std::string_view origin) {
  return origin.empty() ? "" : fmt::format("({})", origin);
}

/// A line, with what a registry may have put into it made harmless.
void line(Output& out, std::size_t indent, std::string_view text) {
  std::string clean = clean_text(text);
  std::ranges::replace(clean, '\n', ' ');
  out.write(fmt::format("{}{}\n", std::string(indent, ' '), clean));
}

void write_diagnostic(Output& out, std::size_t indent, const Diagnostic& diagnostic) {
  line(out, indent,
       fmt::format("{} {}: {}", code_name(diagnostic.code), severity_name(diagnostic.severity), diagnostic.message));
}

std::string ports_text(const PortMap& ports) {
  std::vector<std::string> texts;
  for (const auto& [name, number] : ports) texts.push_back(fmt::format("{} to {}", name, number));
  return join(texts, ", ");
}

void write_endpoint(Output& out, const transform::ExplainedEndpoint& endpoint) {
  line(out, 4,
       endpoint.ports.empty() ? fmt::format("endpoint {}", endpoint.address)
                              : fmt::format("endpoint {}: {}", endpoint.address, ports_text(endpoint.ports)));
  if (!endpoint.locality.value.empty())
    line(out, 4, fmt::format("locality {} {}", endpoint.locality.value, by(endpoint.locality.origin)));
  line(out, 4, fmt::format("weight {} {}", endpoint.weight.value, by(endpoint.weight.origin)));
  for (const auto& [key, value] : endpoint.labels)
    line(out, 4, fmt::format("label {}={} {}", key, value.value, by(value.origin)));
}

void write_instance(Output& out, const InstanceStory& story) {
  line(out, 2, fmt::format("{}: {}", story.name, to_string(story.instance->health)));
  if (story.endpoint) write_endpoint(out, *story.endpoint);
  for (const transform::ExplainedSetting& setting : story.settings)
    line(out, 4, fmt::format("{}: {} {}", setting.key, setting.value, by(setting.origin)));
  for (const Diagnostic& diagnostic : story.diagnostics) write_diagnostic(out, 4, diagnostic);
}

void write_head(Output& out, const ServiceStory& story) {
  line(out, 0, fmt::format("{}: {}", story.display, story.outcome()));
  // What is to be done about a code is said once.
  std::set<std::string> hints;
  for (const Diagnostic& diagnostic : story.diagnostics) {
    write_diagnostic(out, 2, diagnostic);
    if (!diagnostic.hint.empty() && hints.insert(diagnostic.hint).second) line(out, 4, diagnostic.hint);
  }
}

void write_host_and_ports(Output& out, const ServiceStory& story) {
  const auto& [host, origin] = story.explained.host;
  if (!host.empty()) line(out, 0, fmt::format("host: {} {}", host, by(origin)));
  for (const std::string& alias : story.aliases) line(out, 0, fmt::format("alias: {}", alias));
  if (story.explained.ports.empty()) return;
  line(out, 0, "ports:");
  for (const transform::ExplainedPort& port : story.explained.ports) {
    line(out, 2,
         fmt::format("{}: {} {}{}", port.name, port.protocol.value.empty() ? "undecided" : port.protocol.value,
                     by(port.protocol.origin), port.withheld ? ", withheld" : ""));
  }
}

void write_settings(Output& out, const std::vector<transform::ExplainedSetting>& settings) {
  if (settings.empty()) return;
  line(out, 0, "settings:");
  for (const transform::ExplainedSetting& setting : settings)
    line(out, 2, trim(fmt::format("{}: {} {}", setting.key, setting.value, by(setting.origin))));
}

}  // namespace

void write_story(Output& out, const ServiceStory& story, const std::string& api_version) {
  write_head(out, story);
  write_host_and_ports(out, story);
  if (!story.instances.empty()) {
    line(out, 0, fmt::format("instances: {}, endpoints: {}", story.instances.size(), story.endpoints()));
    for (const InstanceStory& instance : story.instances) write_instance(out, instance);
  }
  write_settings(out, story.settings);
  if (!story.objects.empty()) line(out, 0, "objects:");
  YamlWriter writer(out);
  for (const Manifest& object : story.objects) {
    out.write("---\n");
    describe(writer, object, api_version);
  }
}

}  // namespace r2i::commands
