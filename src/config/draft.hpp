#pragma once

#include "config/given.hpp"
#include "model/conversion.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace r2i::config {

/// Settings by key.
using SettingMap = std::map<std::string, GivenSetting, std::less<>>;

/// What a file says of a source: the values as they are, `${NAME}` not yet filled in.
struct SourceDraft {
  struct Value {
    std::vector<std::string> texts;  ///< one, but for lists
    Place place;
    Place key;
    std::string folder;  ///< of the file: relative paths start there
  };
  std::string name;
  std::string kind;
  Place place;
  std::map<std::string, Value> values;  ///< by key; "address" among them
  SettingMap defaults;
};

/// One condition of a rule as it is written.
struct SaidMatch {
  std::string key;  ///< "service", "metadata.team"
  std::vector<std::string> texts;
  Place place;
};

struct RuleDraft {
  std::string name;
  Place place;
  std::optional<RuleMatch> match;
  std::vector<SaidMatch> said;  ///< the same match
  SettingMap set;
  bool has_set = false;  ///< whatever became of it
};

/// What configuration files say, before it means anything.
struct Draft {
  std::vector<SourceDraft> sources;
  std::optional<SourceDraft::Value> include;
  std::optional<SourceDraft::Value> exclude;
  SettingMap defaults;
  std::vector<RuleDraft> rules;
  SettingMap output;
};

/// Adds what a later file says: sources and rules of one name are merged, setting by setting. Sources of one name and
/// two kinds are a problem.
void merge(Draft& draft, Draft&& later, Problems& problems);

}  // namespace r2i::config
