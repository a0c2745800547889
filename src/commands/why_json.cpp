#include "base/json_writer.hpp"
#include "base/text.hpp"
#include "commands/why_service.hpp"
#include "model/code_help.hpp"
#include "model/describe.hpp"

namespace r2i::commands {

namespace {

constexpr int kIndent = 2;

class StoryWriter {
 public:
  StoryWriter(JsonWriter& json, const std::string& api_version) : json_(json), api_version_(api_version) {}

  void write(const ServiceStory& story) {
    const Scope& scope = *story.read.scope;
    json_.begin_map();
    field("service", story.name);
    field("source", scope.source->name);
    field("scope", scope.name);
    field("outcome", story.outcome());
    if (!story.explained.host.value.empty()) decided("host", story.explained.host);
    list("aliases", story.aliases, [&](const std::string& alias) { json_.string(alias); });
    list("ports", story.explained.ports, [&](const auto& port) { write_port(port); });
    list("instances", story.instances, [&](const auto& instance) { write_instance(instance); });
    diagnostics(story.diagnostics);
    settings(story.settings);
    list("objects", story.objects, [&](const Manifest& object) { describe(json_, object, api_version_); });
    json_.end_map();
  }

  void field(std::string_view key, std::string_view value) {
    json_.key(key);
    json_.string(clean_text(value));
  }
  template <typename Items, typename Write>
  void list(std::string_view key, const Items& items, Write write_one) {
    json_.key(key);
    json_.begin_list();
    for (const auto& item : items) write_one(item);
    json_.end_list();
  }

 private:
  void decided(std::string_view key, const Decided<std::string>& value) {
    json_.key(key);
    json_.begin_map();
    field("value", value.value);
    field("origin", value.origin);
    json_.end_map();
  }

  void write_port(const transform::ExplainedPort& port) {
    json_.begin_map();
    json_.key("number");
    json_.integer(port.number);
    field("name", port.name);
    decided("protocol", port.protocol);
    json_.key("withheld");
    json_.boolean(port.withheld);
    json_.end_map();
  }

  void write_endpoint(const transform::ExplainedEndpoint& endpoint) {
    json_.begin_map();
    field("address", endpoint.address);
    json_.key("ports");
    json_.begin_map();
    for (const auto& [name, number] : endpoint.ports) {
      json_.key(name);
      json_.integer(number);
    }
    json_.end_map();
    decided("locality", endpoint.locality);
    json_.key("weight");
    json_.begin_map();
    json_.key("value");
    json_.number(endpoint.weight.value);
    field("origin", endpoint.weight.origin);
    json_.end_map();
    list("labels", endpoint.labels, [&](const auto& label) {
      json_.begin_map();
      field("key", label.first);
      field("value", label.second.value);
      field("origin", label.second.origin);
      json_.end_map();
    });
    json_.end_map();
  }

  void write_instance(const InstanceStory& story) {
    json_.begin_map();
    field("instance", story.name);
    field("id", story.instance->id);
    field("node", story.instance->node);
    field("health", to_string(story.instance->health));
    if (story.endpoint) {
      json_.key("endpoint");
      write_endpoint(*story.endpoint);
    }
    diagnostics(story.diagnostics);
    settings(story.settings);
    json_.end_map();
  }

  void diagnostics(const std::vector<Diagnostic>& all) {
    list("diagnostics", all, [&](const Diagnostic& diagnostic) {
      json_.begin_map();
      field("code", code_name(diagnostic.code));
      field("severity", severity_name(diagnostic.severity));
      field("message", diagnostic.message);
      field("remedy", diagnostic.hint);
      json_.end_map();
    });
  }

  void settings(const std::vector<transform::ExplainedSetting>& all) {
    list("settings", all, [&](const transform::ExplainedSetting& setting) {
      json_.begin_map();
      field("setting", setting.key);
      field("value", setting.value);
      field("origin", setting.origin);
      json_.end_map();
    });
  }

  JsonWriter& json_;
  const std::string& api_version_;
};

}  // namespace

void write_stories_json(Output& out, const std::vector<ServiceStory>& stories, const std::string& api_version) {
  JsonWriter json(out, kIndent);
  StoryWriter writer(json, api_version);
  json.begin_map();
  writer.field("apiVersion", "registry2istio.io/v1");
  writer.field("kind", "Why");
  writer.list("services", stories, [&](const ServiceStory& story) { writer.write(story); });
  json.end_map();
  out.write("\n");
}

}  // namespace r2i::commands
