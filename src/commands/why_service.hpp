#pragma once

#include "base/diagnostic.hpp"
#include "base/output.hpp"
#include "model/manifest.hpp"
#include "model/service.hpp"
#include "transform/explained_endpoints.hpp"
#include "transform/explained_settings.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace r2i::commands {

/// What became of one instance.
struct InstanceStory {
  const Instance* instance = nullptr;
  std::string name;                                        ///< `"pay-1" on "node-3" (10.0.0.1:8080)`
  std::optional<transform::ExplainedEndpoint> endpoint{};  ///< nothing: it is left out
  std::vector<Diagnostic> diagnostics{};                   ///< about it
  std::vector<transform::ExplainedSetting> settings{};     ///< those that differ from instance to instance
};

/// Everything about one service.
struct ServiceStory {
  std::string display;  ///< `service "pay" of consul/dc1`
  std::string name;
  bool complete = true;
  Service read;  ///< as the registry said; without instances if its name alone excludes it
  transform::Explained explained;
  std::vector<InstanceStory> instances;
  std::vector<transform::ExplainedSetting> settings;
  std::vector<std::string> aliases;
  std::vector<Diagnostic> diagnostics;  ///< about the service as a whole
  std::vector<Manifest> objects;

  [[nodiscard]] std::size_t endpoints() const;
  /// "exported", "withheld", "left out" or "not read in full"
  [[nodiscard]] std::string_view outcome() const;
};

/// Sets the instances of the story: each is an endpoint or has the diagnostic that leaves it out. `about` are all
/// diagnostics on instances of the service.
void tell_instances(ServiceStory& story, std::vector<Diagnostic> about);

/// Whether the object is one of the service's, by its marks and its host.
bool is_object_of(const ServiceStory& story, const ServiceEntry& entry);

void write_story(Output& out, const ServiceStory& story, const std::string& api_version);
void write_stories_json(Output& out, const std::vector<ServiceStory>& stories, const std::string& api_version);

}  // namespace r2i::commands
