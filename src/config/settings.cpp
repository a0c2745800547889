#include "config/settings.hpp"

#include "base/error.hpp"
#include "config/draft.hpp"
#include "config/effective.hpp"
#include "config/file.hpp"
#include "config/keys.hpp"
#include "config/resolver.hpp"
#include "config/source_entry.hpp"
#include "config/source_spec.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

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

std::optional<GivenSetting> from_environment(const SettingInfo& info, const Environment& environment) {
  const std::string name = environment_name(info);
  const auto text = name.empty() ? std::nullopt : environment.get(name);
  if (!text) return std::nullopt;
  GivenSetting given{&info, environment_values(info, *text), {}, {}, {name, name}};
  return given.values.empty() ? std::nullopt : std::optional(std::move(given));
}

GivenSetting from_flag(const SettingInfo& info, const std::vector<std::string>& values) {
  return {&info, values, {}, {}, {std::string(info.flag), std::string(info.flag)}};
}

Draft read_files(const std::vector<std::string>& paths, Problems& problems) {
  Draft draft;
  for (std::size_t i = 0; i < paths.size(); ++i) merge(draft, read_config(paths[i], i, problems), problems);
  return draft;
}

/// A host that is not a service's own is for a rule, which can be for one service.
void require_service(const GivenSetting& given, const ConversionPatch& patch, Problems& problems) {
  if (given.info->key != "host" || !patch.host) return;
  const auto& [host, metadata_key] = patch.host->value;
  if (metadata_key.empty() && !host.names(TextTemplate::Variable::service)) {
    problems.add(given.place, fmt::format("{}: it lacks {{service}}: every service would have the same host",
                                          in_quotes(host.text())));
  }
}

ConversionPatch read_patch(const SettingMap& settings, Problems& problems, bool for_all) {
  ConversionPatch patch;
  for (const auto& [key, given] : settings) {
    read_conversion(given, patch, problems);
    if (for_all) require_service(given, patch, problems);
  }
  return patch;
}

void read_conversion_settings(const Draft& draft, ConversionSettings& out, Problems& problems) {
  out.defaults = read_patch(draft.defaults, problems, true);
  for (const SourceDraft& source : draft.sources) {
    if (!source.defaults.empty()) out.sources[source.name] = read_patch(source.defaults, problems, true);
  }
  for (const RuleDraft& rule : draft.rules) {
    if (!rule.has_set) problems.add(rule.place, fmt::format("the rule {} sets nothing", in_quotes(rule.name)));
    out.rules.push_back(
        {rule.name, rule.place.text, rule.match.value_or(RuleMatch{}), read_patch(rule.set, problems, false)});
  }
}

/// include: and exclude: of a whole configuration.
NameRules read_names(const Draft& draft, Problems& problems) {
  NameRules names;
  for (const auto& [value, out] : {std::pair(&draft.include, &names.include), {&draft.exclude, &names.exclude}}) {
    if (!*value) continue;
    *out = (*value)->texts;
    try {
      const PatternSet checked(*out);
    } catch (const Error& error) {
      problems.add((*value)->place, error.what());
    }
  }
  return names;
}

void read_sources(const Draft& draft, Settings& settings, const Environment& environment, Problems& problems) {
  // --from replaces the file's; what its defaults say of a source still holds for one of the same name.
  if (settings.sources.empty()) {
    for (const SourceDraft& source : draft.sources)
      settings.sources.push_back(make_spec(source, environment, problems));
  }
  const NameRules names = read_names(draft, problems);
  for (SourceSpec& spec : settings.sources) {
    if (spec.names.include.empty()) spec.names.include = names.include;
    spec.names.exclude.insert(spec.names.exclude.end(), names.exclude.begin(), names.exclude.end());
  }
}

/// What no setting is wrong by itself about.
void check_together(const Settings& settings, bool takes_sources, bool typed_sources, Problems& problems) {
  const bool saved_plan = !settings.plan_file.empty();
  if (takes_sources && settings.sources.empty() && !saved_plan && problems.empty()) {
    problems.add(
        "no source: say what to read, for instance --from consul=http://127.0.0.1:8500 or --from file=snapshot.json, "
        "or "
        "give a configuration with -c");
  }
  if (saved_plan && typed_sources)
    problems.add("--plan and --from exclude each other: a saved plan is applied as it was reviewed");
  check_names(settings.sources, problems);
  for (const SourceSpec& source : settings.sources) {
    if (settings.plan.prune_sources.contains(source.name) && source.kind != "file" && source.kind != "exec")
      problems.add(fmt::format("--prune-source {}: this source is read in this run", source.name));
    if (!source.merge.empty() && settings.plan.prune_sources.contains(source.merge))
      problems.add(fmt::format("--prune-source {}: sources of this merge are read in this run", source.merge));
  }
  if (settings.output_dir.empty() && (settings.check || settings.kustomization))
    problems.add("--check and --kustomization are about a directory: give it with --output-dir");
  if (settings.verbose && settings.quiet) problems.add("--verbose and --quiet exclude each other");
}

/// Reads the settings of a command, each from the place that wins.
class SettingsReader {
 public:
  SettingsReader(const TypedFlags& flags, const Environment& environment) : flags_(flags), environment_(environment) {}

  Settings read(const std::vector<std::string_view>& keys) {
    const auto takes = [&](std::string_view key) { return std::ranges::find(keys, key) != keys.end(); };
    if (takes("config")) draft_ = read_files(config_files(), problems_);
    for (const std::string_view key : keys) {
      if (const auto given = winner(setting_info(key))) read_one(*given);
    }
    check_unused(takes);
    read_conversion_settings(draft_, settings_.conversion, problems_);
    if (takes("from")) read_sources(draft_, settings_, environment_, problems_);
    const bool asks_origins = takes("showOrigin");
    check_together(settings_, takes("from") && !asks_origins, flags_.contains("from"), problems_);
    problems_.raise();
    if (asks_origins) {
      settings_.effective = effective_settings(draft_, [&](const SettingInfo& info) { return typed(info); });
    }
    return std::move(settings_);
  }

 private:
  std::vector<std::string> config_files() const {
    const auto given = winner(setting_info("config"));
    return given ? given->values : std::vector<std::string>{};
  }

  /// Flag, else R2I_* variable.
  std::optional<GivenSetting> typed(const SettingInfo& info) const {
    const auto flag = flags_.find(info.key);
    return flag != flags_.end() ? from_flag(info, flag->second) : from_environment(info, environment_);
  }

  /// Flag, else R2I_* variable, else what the files say.
  std::optional<GivenSetting> winner(const SettingInfo& info) const {
    if (auto given = typed(info)) return given;
    const auto filed = draft_.output.find(info.key);
    return filed == draft_.output.end() ? std::nullopt : std::optional(filed->second);
  }

  void read_one(const GivenSetting& given) {
    if (given.info->key == "config") return;
    if (!read_conversion(given, settings_.conversion.typed, problems_))
      return read_setting(given, settings_, problems_);
    require_service(given, settings_.conversion.typed, problems_);
  }

  /// What a file says to other commands must be right nevertheless.
  template <typename Takes>
  void check_unused(const Takes& takes) {
    Settings unused;
    for (const auto& [key, given] : draft_.output) {
      if (!takes(key)) read_setting(given, unused, problems_);
    }
  }

  const TypedFlags& flags_;
  const Environment& environment_;
  Draft draft_;
  Settings settings_;
  Problems problems_;
};

template <typename Target>
const Row<Target>* find_row(std::span<const Row<Target>> rows, std::string_view key) {
  const auto row = std::ranges::find(rows, key, &Row<Target>::key);
  return row == rows.end() ? nullptr : &*row;
}

}  // namespace

bool read_conversion(const GivenSetting& given, ConversionPatch& out, Problems& problems) {
  const auto* row = find_row(conversion_rows(), given.info->key);
  if (row == nullptr) return false;
  Resolver resolver(given, problems);
  row->read(resolver, out);
  return true;
}

void read_setting(const GivenSetting& given, Settings& out, Problems& problems) {
  for (const auto rows : {source_rows(), plan_rows(), output_rows()}) {
    const auto* row = find_row(rows, given.info->key);
    if (row == nullptr) continue;
    Resolver resolver(given, problems);
    return row->read(resolver, out);
  }
  throw Error(ErrorKind::bug, fmt::format("nobody reads the setting {}", given.info->key));
}

Settings resolve(const std::vector<std::string_view>& keys, const TypedFlags& flags, const Environment& environment) {
  return SettingsReader(flags, environment).read(keys);
}

}  // namespace r2i::config
