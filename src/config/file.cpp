#include "config/file.hpp"

#include "base/files.hpp"
#include "base/text.hpp"
#include "config/keys.hpp"
#include "config/match_reader.hpp"
#include "config/value_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace r2i::config {

namespace {

constexpr std::string_view kVersion = "registry2istio.io/v1";
constexpr std::string_view kKind = "Config";

bool is_path(const SettingInfo& info, const GivenSetting& given) {
  if (info.key == "target") return given.last() != "cluster";
  return info.metavar == "FILE" || info.metavar == "DIR";
}

/// Reads a file's document into a draft.
class FileReader {
 public:
  FileReader(const std::string& path, std::size_t file, YamlDocument& document, Problems& problems)
      : values_(path, file, document), problems_(problems) {}

  Draft read();

 private:
  using Names = std::set<std::string>;

  SourceDraft::Value value();
  bool settings(SettingMap& out, std::span<const std::string_view> keys, std::string_view owner);
  bool misplaced(std::string_view key);
  void source();
  bool source_key(std::string_view key, SourceDraft& source);
  void rule();
  void expect_text(std::string_view expected);
  void header(std::string_view key, std::string_view value, bool seen);

  ValueReader values_;
  Problems& problems_;
  Draft draft_;
  Names source_names_;
  Names rule_names_;
};

SourceDraft::Value FileReader::value() {
  SourceDraft::Value result;
  result.place = values_.place("");
  result.folder = values_.folder();
  if (values_.cursor().type() == JsonCursor::Type::boolean) {
    result.texts = {values_.cursor().boolean() ? "true" : "false"};
  } else {
    result.texts = values_.texts(true);
  }
  return result;
}

/// Whether the key is one of another part of a file, which is said then.
bool FileReader::misplaced(std::string_view key) {
  const std::string belongs = where_it_belongs(key);
  if (!belongs.empty()) values_.reader().find_key("unknown key" + belongs);
  return !belongs.empty();
}

/// False if there is no setting, not even a wrong one.
bool FileReader::settings(SettingMap& out, std::span<const std::string_view> keys, std::string_view owner) {
  bool is_there = !values_.is_object();
  values_.reader().object(keys, [&](std::string_view key) {
    is_there = true;
    if (std::ranges::find(keys, key) == keys.end()) return misplaced(key);
    const SettingInfo& info = setting_info(key);
    auto given = values_.setting(info, owner);
    if (!given) return true;
    if (is_path(info, *given)) given->values.front() = relative_path(values_.folder(), given->values.front());
    out.insert_or_assign(std::string(key), std::move(*given));
    return true;
  });
  return is_there;
}

bool FileReader::source_key(std::string_view key, SourceDraft& source) {
  if (key == "name")
    source.name = values_.scalar(false).value_or("");
  else if (key == "kind")
    source.kind = values_.scalar(false).value_or("");
  else if (key == "defaults")
    settings(source.defaults, conversion_keys(), "");
  else if (key == "expect") {
    const auto keys = expect_keys();
    values_.reader().object(keys, [&](std::string_view inner) {
      if (std::ranges::find(keys, inner) == keys.end()) return false;
      source.values[fmt::format("expect.{}", inner)] = value();
      return true;
    });
  } else {
    // Which keys there are depends on the kind, which may come later, or in another file.
    const Place place = values_.key_place();
    auto& given = source.values[std::string(key)] = value();
    given.key = place;
  }
  return true;
}

void FileReader::source() {
  SourceDraft source;
  source.place = values_.place("");
  const bool is_object = values_.is_object();
  values_.reader().object({}, [&](std::string_view key) { return source_key(key, source); });
  if (source.name.empty()) source.name = source.kind;
  if (!is_object) return;
  if (source.name.empty()) {
    return problems_.add(source.place,
                         fmt::format("a source needs a `kind`: one of {}", join(kinds_of_sources(), ", ")));
  }
  for (auto& [key, given] : source.defaults)
    given.place.origin = fmt::format("source {} ({})", in_quotes(source.name), given.place.origin);
  if (!source_names_.insert(source.name).second) {
    return problems_.add(source.place, fmt::format("there is another source {} in this file: give each a `name`",
                                                   in_quotes(source.name)));
  }
  draft_.sources.push_back(std::move(source));
}

void FileReader::rule() {
  RuleDraft rule;
  rule.place = values_.place("");
  const bool is_object = values_.is_object();
  values_.reader().object(rule_keys(), [&](std::string_view key) {
    if (key == "name")
      rule.name = values_.scalar(false).value_or("");
    else if (key == "match")
      rule.match = read_match(values_, rule.said, problems_);
    else if (key == "set")
      rule.has_set = settings(rule.set, conversion_keys(), "");
    else
      return false;
    return true;
  });
  if (!is_object) return;
  if (rule.name.empty()) return problems_.add(rule.place, "a rule needs a `name`");
  for (auto& [key, given] : rule.set)
    given.place.origin = fmt::format("rule {} ({})", in_quotes(rule.name), given.place.origin);
  if (!rule_names_.insert(rule.name).second)
    return problems_.add(rule.place, fmt::format("there is another rule {} in this file", in_quotes(rule.name)));
  draft_.rules.push_back(std::move(rule));
}

void FileReader::expect_text(std::string_view expected) {
  const Place place = values_.place("");
  const auto text = values_.scalar(false);
  if (text && *text != expected) problems_.add(place, fmt::format("expected {}, got {}", expected, in_quotes(*text)));
}

void FileReader::header(std::string_view key, std::string_view value, bool seen) {
  if (seen) return;
  problems_.add(values_.start(),
                fmt::format("the key `{}` is missing: a configuration begins with `{}: {}`", key, key, value));
}

Draft FileReader::read() {
  const bool is_object = values_.cursor().type() == JsonCursor::Type::object;
  bool has_version = !is_object;
  bool has_kind = !is_object;
  values_.reader().object(root_keys(), [&](std::string_view key) {
    if (key == "apiVersion") {
      has_version = true;
      expect_text(kVersion);
    } else if (key == "kind") {
      has_kind = true;
      expect_text(kKind);
    } else if (key == "sources") {
      values_.reader().list([&] { source(); });
    } else if (key == "include") {
      draft_.include = value();
    } else if (key == "exclude") {
      draft_.exclude = value();
    } else if (key == "defaults") {
      settings(draft_.defaults, conversion_keys(), "defaults");
    } else if (key == "rules") {
      values_.reader().list([&] { rule(); });
    } else if (key == "output") {
      settings(draft_.output, output_keys(), "output");
    } else {
      return misplaced(key);
    }
    return true;
  });
  header("apiVersion", kVersion, has_version);
  header("kind", kKind, has_kind);
  values_.finish(problems_);
  return std::move(draft_);
}

}  // namespace

Draft read_config(const std::string& path, std::size_t file, Problems& problems) {
  Place whole;
  whole.text = path;
  whole.file = file;
  const auto text = read_file(path);
  if (!text) {
    problems.add(whole, text.error());
    return {};
  }
  auto documents = read_yaml(*text);
  if (!documents) {
    whole.text = fmt::format("{}:{}:{}", path, documents.error().place.line, documents.error().place.column);
    problems.add(whole, documents.error().message);
    return {};
  }
  if (documents->size() != 1) {
    problems.add(whole, documents->empty()
                            ? std::string("it is empty: expected a configuration")
                            : fmt::format("it has {} documents; a configuration is one", documents->size()));
    return {};
  }
  return FileReader(path, file, documents->front(), problems).read();
}

}  // namespace r2i::config
