#pragma once

#include "base/environment.hpp"
#include "model/effective.hpp"
#include "model/settings.hpp"

#include <tl/expected.hpp>

#include <chrono>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace r2i::config {

/// What was typed: the key of a setting → the values of its flag, as they are.
using TypedFlags = std::map<std::string, std::vector<std::string>, std::less<>>;

enum class OutputFormat { yaml, json, name };
enum class DiffFormat { text, unified, json, markdown, name };
enum class ConfigFormat { text, json };
enum class SourceFormat { table, json, name };
enum class TextFormat { text, json };
enum class ReportFormat { json, junit, markdown };
enum class DryRun { none, client, server };
enum class When { auto_, always, never };

/// A file that a run writes about itself, whatever it ends with.
struct ReportFile {
  ReportFormat format;
  std::string path;
};
/// Reads `json=FILE`; the error says what is wrong.
tl::expected<ReportFile, std::string> parse_report_file(std::string_view text);

/// What it means. Each setting has its default where neither a flag nor the environment says otherwise.
struct Settings {
  std::vector<SourceSpec> sources;
  NameRules names;
  std::chrono::milliseconds request_timeout{30000};
  unsigned parallelism = 16;
  bool allow_partial = false;
  ConversionSettings conversion;
  bool owner_given = false;
  ClusterSettings cluster;
  PlanSettings plan;
  std::string target = "cluster";
  std::string plan_file;  ///< to apply
  std::string plan_out;   ///< to save
  DryRun dry_run = DryRun::none;
  bool yes = false;
  DiffFormat diff_output = DiffFormat::text;
  std::string output_dir;
  bool check = false;
  bool kustomization = false;
  std::string metrics_textfile;
  OutputFormat output = OutputFormat::yaml;
  std::string api_version = "v1";
  bool keep_secrets = false;
  std::string output_file;
  bool show_origin = false;
  ConfigFormat config_output = ConfigFormat::text;
  SourceFormat source_output = SourceFormat::table;
  std::vector<EffectiveSetting> effective;  ///< all but the sources' own, if the command asks where settings come from
  TextFormat text_output = TextFormat::text;
  std::vector<ReportFile> reports;
  bool strict = false;
  std::set<int> ignore;  ///< numbers of codes
  bool verbose = false;
  bool quiet = false;
  When color = When::auto_;
};

/// Flag, else R2I_* variable, else default, for the settings named in `keys` (those that the command takes). Throws
/// Error{usage} with everything that is wrong, one finding a line.
Settings resolve(const std::vector<std::string_view>& keys, const TypedFlags& flags, const Environment& environment);

}  // namespace r2i::config
