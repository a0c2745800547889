#include "base/error.hpp"
#include "base/json_writer.hpp"
#include "base/text.hpp"
#include "commands/commands.hpp"
#include "commands/session.hpp"
#include "commands/text_table.hpp"
#include "model/effective.hpp"
#include "sources/own_settings.hpp"
#include "sources/source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace r2i::commands {

namespace {

constexpr int kIndent = 2;

/// What only the sources themselves know to be wrong. Throws Error{usage} with all of it.
void make_sources(const Session& session) {
  const config::Settings& settings = session.settings;
  const sources::FetchOptions options{settings.names, settings.request_timeout, settings.parallelism};
  std::vector<std::string> problems;
  for (const SourceSpec& spec : settings.sources) {
    try {
      sources::make_source(spec, options, session.environment);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::usage) throw;
      problems.emplace_back(error.what());
    }
  }
  if (!problems.empty()) throw Error(ErrorKind::usage, join(problems, "\n"));
}

/// The sources' own settings, and then all others.
std::vector<EffectiveSetting> all_in_force(const Session& session) {
  std::vector<EffectiveSetting> all;
  for (const SourceSpec& spec : session.settings.sources)
    std::ranges::move(sources::own_settings(spec, session.environment), std::back_inserter(all));
  std::ranges::copy(session.settings.effective, std::back_inserter(all));
  return all;
}

/// How many settings below `path` somebody has given.
std::size_t count_given(const std::vector<EffectiveSetting>& settings, std::string_view path) {
  return static_cast<std::size_t>(std::ranges::count_if(
      settings, [&](const EffectiveSetting& s) { return !s.is_default() && s.path.starts_with(path); }));
}

std::vector<std::string> source_names(const config::Settings& settings) {
  std::vector<std::string> names;
  for (const SourceSpec& spec : settings.sources)
    names.push_back(spec.name == spec.kind ? spec.name : fmt::format("{} ({})", spec.name, spec.kind));
  return names;
}

void print_origins(Output& out, const std::vector<EffectiveSetting>& settings) {
  std::size_t width = 0;
  for (const EffectiveSetting& setting : settings) width = std::max(width, shown_width(setting.origin));
  for (const EffectiveSetting& setting : settings) {
    const std::string wins =
        setting.overridden_by.empty() ? "" : fmt::format("   ({} wins over it)", setting.overridden_by);
    out.write(clean_text(fmt::format("{}{}   {} = {}{}", setting.origin,
                                     std::string(width - shown_width(setting.origin), ' '), setting.path,
                                     value_text(setting), wins)) +
              "\n");
    out.spill();
  }
}

void print_summary(Session& session, const std::vector<EffectiveSetting>& settings) {
  const config::Settings& s = session.settings;
  session.out.write("the configuration is right\n");
  session.out.write(fmt::format("sources: {}\n", s.sources.empty() ? "none; a run needs one, in the file or with --from"
                                                                   : join(source_names(s), ", ")));
  session.out.write(fmt::format("rules: {}\n", s.conversion.rules.size()));
  session.out.write(fmt::format("defaults: {} given\n", counted(count_given(settings, "defaults."), "setting")));
  session.out.write(fmt::format("output: {} given\n", counted(count_given(settings, "output."), "setting")));
}

void print_json(Session& session, const std::vector<EffectiveSetting>& settings) {
  const config::Settings& s = session.settings;
  JsonWriter writer(session.out, kIndent);
  writer.begin_map();
  writer.key("sources");
  writer.begin_list();
  for (const SourceSpec& spec : s.sources) {
    writer.begin_map();
    writer.key("name");
    writer.string(spec.name);
    writer.key("kind");
    writer.string(spec.kind);
    writer.end_map();
  }
  writer.end_list();
  writer.key("rules");
  writer.begin_list();
  for (const Rule& rule : s.conversion.rules) writer.string(rule.name);
  writer.end_list();
  if (s.show_origin) {
    writer.key("settings");
    writer.begin_list();
    for (const EffectiveSetting& setting : settings) {
      writer.begin_map();
      writer.key("setting");
      writer.string(setting.path);
      writer.key("value");
      write_value(writer, setting);
      writer.key("origin");
      writer.string(setting.origin);
      if (!setting.overridden_by.empty()) {
        writer.key("overriddenBy");
        writer.string(setting.overridden_by);
      }
      writer.end_map();
    }
    writer.end_list();
  }
  writer.end_map();
  session.out.write("\n");
}

}  // namespace

ExitCode run_check_config(Session& session) {
  make_sources(session);
  const std::vector<EffectiveSetting> settings = all_in_force(session);
  if (session.settings.config_output == config::ConfigFormat::json) {
    print_json(session, settings);
  } else if (session.settings.show_origin) {
    print_origins(session.out, settings);
  } else {
    print_summary(session, settings);
  }
  session.out.flush();
  return ExitCode::done;
}

}  // namespace r2i::commands
