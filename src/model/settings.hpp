#pragma once

#include "base/secret.hpp"
#include "model/conversion.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace r2i {

/// One row of the table of settings: what a command can be told, by flag, by environment or by a configuration file.
/// The parsers, `--help`, the man pages, the completions and the schema come from it or are held to it by a test.
struct SettingInfo {
  std::string_view key;      ///< as in a configuration file: "exportTo"
  std::string_view flag;     ///< "--export-to"; its variable is R2I_EXPORT_TO; empty: only a file has it
  char letter;               ///< of the short form, or 0
  std::string_view metavar;  ///< "TEMPLATE"; empty: a switch; "KEY: VALUE": a map
  bool repeatable;           ///< may be given several times; in the environment the values are separated by line breaks
  std::string_view choices;  ///< "yaml|json|name", or empty
  std::string_view fallback;  ///< the default as the help shows it
  std::string_view group;     ///< heading in the help
  std::string_view doc;
  std::string_view environment{};  ///< its variable, where that does not follow from the flag
};

/// What a value of a setting is.
enum class Shape { boolean, choice, text, number, duration, list, map };
Shape shape_of(const SettingInfo& setting);
/// Whether a file may say `{fromMetadata: KEY}` in place of the value.
bool may_come_from_metadata(const SettingInfo& setting);

std::span<const SettingInfo> all_settings();
const SettingInfo& setting_info(std::string_view key);
/// "R2I_EXPORT_TO"; empty where only a file has the setting.
std::string environment_name(const SettingInfo& setting);

/// Which services are wanted, by patterns (PatternSet) on their names.
struct NameRules {
  std::vector<std::string> include;  ///< empty: all
  std::vector<std::string> exclude;
};

/// One row of the table of what a source can be told, as query parameters of its address or as keys of its entry in a
/// configuration file.
struct SourceSettingInfo {
  std::string_view kind;  ///< empty: every kind; several: "eureka|nacos"
  std::string_view key;
  std::string_view type;  ///< "boolean", "duration", "count", "text", "list", "secret", or choices: "stale|default"
  std::string_view environment;  ///< the registry's own variable, or empty
  std::string_view fallback;
  std::string_view doc;
};

std::span<const SourceSettingInfo> all_source_settings();
/// Whether a source of this kind has the setting.
bool applies_to(const SourceSettingInfo& setting, std::string_view kind);
/// Every kind of source that has a setting of its own, sorted.
std::vector<std::string> kinds_with_settings();

/// One `--from KIND[=ADDRESS][?key=value&…]`, read as far as it can be without knowing the kind.
struct SourceSpec {
  std::string kind;
  std::string name;                    ///< from ?name=, else the kind
  bool named = false;                  ///< whether ?name= gave it
  std::string merge{};                 ///< from ?merge=; empty: none
  std::vector<std::string> addresses;  ///< as written, without the query; empty: the registry's own default
  std::map<std::string, std::string> values;
  std::map<std::string, std::vector<std::string>> lists{};  ///< values of lists that a configuration file gives
  std::map<std::string, Secret> secrets{};  ///< by key; only a configuration file can give them, from the environment
  std::map<std::string, std::string> places{};  ///< where a configuration file has them: key → "mesh.yaml:3:5"
  /// What a configuration file has for a key, `${NAME}` not filled in, and where: for whoever asks.
  struct Written {
    std::vector<std::string> texts;
    std::string position;
  };
  std::map<std::string, Written> written{};
  std::string origin{};  ///< where the source itself is named: "--from", "R2I_FROM", "mesh.yaml:3:5"
  NameRules names{};     ///< which of its services there are for us
  std::string text;      ///< for messages, without user info
};

/// How a plan may be made and carried out (design §7).
struct PlanSettings {
  std::string field_manager;  ///< empty: registry2istio-OWNER
  bool adopt = false;
  bool force_conflicts = false;
  bool allow_move = false;
  bool prune = false;
  std::chrono::milliseconds prune_after{std::chrono::hours{1}};
  std::set<std::string> prune_sources;
  std::map<std::string, std::string> rename_sources;  ///< old → new
  std::uint32_t max_delete = 10;
  std::uint32_t max_delete_percent = 30;
  std::uint32_t max_shrink_percent = 50;
  std::set<std::string> allow_empty;                                     ///< SOURCE/SCOPE
  std::chrono::milliseconds max_snapshot_age{std::chrono::minutes{10}};  ///< 0: none is too old
};

/// Where the cluster is and as whom we speak to it. Empty: as the kubeconfig says.
struct ClusterSettings {
  std::string kubeconfig{};
  std::string context{};
  std::string cluster{};
  std::string user{};
  std::string server{};
  std::string token_file{};
  std::string as{};
  std::vector<std::string> as_groups{};
};

/// Istio's own spelling of a protocol ("HTTP", "HTTP2", "GRPC", "GRPC-WEB", "TCP", "HTTPS", "TLS", "MONGO", "REDIS",
/// "MYSQL"), from any case and from the names that registries use for the same (`h2c`, `dubbo`, `tri`, …), or nothing.
std::optional<std::string> protocol_from(std::string_view text);

}  // namespace r2i
