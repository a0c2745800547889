#include "config/settings.hpp"

#include "base/error.hpp"
#include "config/resolver.hpp"
#include "config/source_spec.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace r2i::config {

namespace {

/// In the environment, the values of a repeatable setting are separated by line breaks.
std::vector<std::string> environment_values(const SettingInfo& info, const std::string& text) {
  if (!info.repeatable) return {text};
  std::vector<std::string> values;
  for (const std::string& line : split(text, '\n')) {
    if (!trim(line).empty()) values.emplace_back(trim(line));
  }
  return values;
}

void read(Resolver& resolver, const Given& given) {
  for (const auto rows : {source_rows(), conversion_rows(), plan_rows(), output_rows()}) {
    const auto row = std::ranges::find(rows, given.info.key, &Row::key);
    if (row == rows.end()) continue;
    row->read(resolver, given);
    return;
  }
  throw Error(ErrorKind::bug, fmt::format("nobody reads the setting {}", given.info.key));
}

/// What no setting is wrong by itself about.
void check_together(Resolver& resolver, bool takes_sources, bool typed_sources) {
  const Settings& settings = resolver.settings();
  auto& problems = resolver.problems();
  const bool saved_plan = !settings.plan_file.empty();
  if (takes_sources && settings.sources.empty() && !saved_plan && problems.empty()) {
    problems.emplace_back(
        "no source: say what to read, for instance --from consul=http://127.0.0.1:8500 or --from file=snapshot.json");
  }
  if (saved_plan && typed_sources) {
    problems.emplace_back("--plan and --from exclude each other: a saved plan is applied as it was reviewed");
  }
  check_names(settings.sources, problems);
  for (const SourceSpec& source : settings.sources) {
    if (settings.plan.prune_sources.contains(source.name) && source.kind != "file" && source.kind != "exec") {
      problems.push_back(fmt::format("--prune-source {}: this source is read in this run", source.name));
    }
  }
  if (settings.output_dir.empty() && (settings.check || settings.kustomization)) {
    problems.emplace_back("--check and --kustomization are about a directory: give it with --output-dir");
  }
  if (settings.verbose && settings.quiet) problems.emplace_back("--verbose and --quiet exclude each other");
}

}  // namespace

Settings resolve(const std::vector<std::string_view>& keys, const TypedFlags& flags, const Environment& environment) {
  Settings settings;
  Resolver resolver(settings);
  for (const std::string_view key : keys) {
    const SettingInfo& info = setting_info(key);
    const auto typed = flags.find(key);
    if (typed != flags.end()) {
      read(resolver, {info, typed->second, std::string(info.flag)});
    } else if (const auto text = environment.get(environment_name(info))) {
      const auto values = environment_values(info, *text);
      if (!values.empty()) read(resolver, {info, values, environment_name(info)});
    }
  }
  check_together(resolver, std::ranges::find(keys, "from") != keys.end(), flags.contains("from"));
  if (!resolver.problems().empty()) throw Error(ErrorKind::usage, join(resolver.problems(), "\n"));
  return settings;
}

}  // namespace r2i::config
