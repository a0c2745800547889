#include "config/source_entry.hpp"

#include "base/duration.hpp"
#include "base/error.hpp"
#include "base/pattern_set.hpp"
#include "base/text.hpp"
#include "config/keys.hpp"
#include "config/source_spec.hpp"
#include "config/value_reader.hpp"
#include "model/check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

namespace r2i::config {

namespace {

using Value = SourceDraft::Value;

std::optional<std::string> check_count(const std::string& text) {
  std::uint64_t number = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (code == std::errc() && end == text.data() + text.size()) return std::nullopt;
  return fmt::format("expected a whole number that is not negative, got {}", in_quotes(text));
}

/// What is wrong with a value, by the type of its setting.
std::optional<std::string> check_type(std::string_view type, const std::string& text) {
  if (type == "boolean" && text != "true" && text != "false")
    return fmt::format("expected true or false, got {}", in_quotes(text));
  if (type == "count") return check_count(text);
  if (type == "duration") {
    const auto duration = parse_duration(text);
    return duration ? std::nullopt : std::optional(duration.error());
  }
  if (type.find('|') == std::string_view::npos) return std::nullopt;
  const auto choices = split(type, '|');
  if (std::ranges::find(choices, text) != choices.end()) return std::nullopt;
  return fmt::format("expected one of {}, got {}{}", join(choices, ", "), in_quotes(text), did_you_mean(text, choices));
}

/// Whether a password stands in the address. A variable may be one.
bool shows_password(std::string_view address) {
  const auto scheme = address.find("://");
  if (scheme != std::string_view::npos) address.remove_prefix(scheme + 3);
  address = address.substr(0, address.find_first_of("/?#"));
  const auto at = address.rfind('@');
  const auto colon = address.find(':');
  if (at == std::string_view::npos || colon >= at) return false;
  const auto password = address.substr(colon + 1, at - colon - 1);
  return !password.empty() && password.find("${") == std::string_view::npos;
}

bool is_path(std::string_view key) {
  return key.ends_with("File") || key.ends_with("Dir");
}

/// Reads the values of one source.
class SourceEntry {
 public:
  SourceEntry(const SourceDraft& draft, const Environment& environment, Problems& problems)
      : draft_(draft), environment_(environment), problems_(problems) {}

  SourceSpec read() {
    spec_.kind = draft_.kind;
    spec_.name = draft_.name;
    spec_.named = true;
    spec_.text = fmt::format("source {}", in_quotes(draft_.name));
    spec_.origin = draft_.place.position;
    for (const auto& [key, value] : draft_.values) spec_.written[key] = {value.texts, value.place.position};
    if (!is_label_value(spec_.name)) {
      problems_.add(draft_.place,
                    fmt::format("the name {} cannot be a label's value in Kubernetes", in_quotes(spec_.name)));
    }
    if (!has_known_kind()) return spec_;
    for (const auto& [key, value] : draft_.values) read_value(key, value);
    return spec_;
  }

 private:
  bool has_known_kind() {
    const auto kinds = kinds_of_sources();
    if (spec_.kind.empty()) {
      problems_.add(draft_.place,
                    fmt::format("the source {} has no `kind`: one of {}", in_quotes(spec_.name), join(kinds, ", ")));
      return false;
    }
    if (std::ranges::find(kinds, spec_.kind) != kinds.end()) return true;
    problems_.add(draft_.place, fmt::format("unknown kind of source {}{}; there are {}", in_quotes(spec_.kind),
                                            did_you_mean(spec_.kind, kinds), join(kinds, ", ")));
    return false;
  }

  const SourceSettingInfo* find_info(std::string_view key) const {
    for (const SourceSettingInfo& info : all_source_settings()) {
      if (info.key == key && key != "name" && applies_to(info, spec_.kind)) return &info;
    }
    return nullptr;
  }

  void unknown(const std::string& key, const Value& value) {
    std::vector<std::string> known = {"name", "kind", "address", "addresses", "defaults"};
    for (const SourceSettingInfo& info : all_source_settings()) {
      if (!info.key.starts_with("expect.") && find_info(info.key) == &info) known.emplace_back(info.key);
    }
    known.emplace_back("expect");
    std::ranges::sort(known);
    std::string what = where_it_belongs(key);
    if (what.empty()) what = did_you_mean(key, known);
    if (what.empty()) what = fmt::format("; a source of kind {} has {}", spec_.kind, join(known, ", "));
    problems_.add(value.key, fmt::format("unknown key{}", what));
  }

  void read_value(const std::string& key, const Value& value) {
    if (key == "address" || key == "addresses") return read_addresses(key, value);
    const SourceSettingInfo* info = find_info(key);
    if (info == nullptr) return unknown(key, value);
    if (info->type == "secret") return read_secret(key, value);
    std::vector<std::string> texts = filled(value);
    if (texts.size() != value.texts.size()) return;
    if (info->type != "list" && texts.size() != 1)
      return problems_.add(value.place, fmt::format("expected one value, got {}", texts.size()));
    for (std::size_t i = 0; i < texts.size(); ++i) {
      if (const auto wrong = check_type(info->type, texts[i])) {
        // What a variable holds may be a secret: its name is shown instead.
        const bool as_written = texts[i] == value.texts[i];
        problems_.add(value.place, as_written ? *wrong
                                              : check_type(info->type, value.texts[i]).value_or("") +
                                                    ", and what the variable holds is none");
      }
      if (is_path(key)) texts[i] = relative_path(value.folder, texts[i]);
    }
    if (key == "include" || key == "exclude") return read_patterns(key, value, std::move(texts));
    if (key == "merge") return read_merge(value, std::move(texts.front()));
    spec_.places[key] = value.place.text;
    if (info->type == "list") {
      spec_.lists[key] = std::move(texts);
    } else {
      spec_.values[key] = std::move(texts.front());
    }
  }

  void read_patterns(const std::string& key, const Value& value, std::vector<std::string> patterns) {
    try {
      const PatternSet checked(patterns);
    } catch (const Error& error) {
      problems_.add(value.place, patterns == value.texts ? error.what() : "what a variable holds makes no pattern");
    }
    (key == "include" ? spec_.names.include : spec_.names.exclude) = std::move(patterns);
  }

  void read_merge(const Value& value, std::string name) {
    if (const auto wrong = check_merge(name)) problems_.add(value.place, *wrong);
    spec_.merge = std::move(name);
  }

  void read_addresses(const std::string& key, const Value& value) {
    if (key == "addresses" && draft_.values.contains("address"))
      return problems_.add(value.place, "give either `address` or `addresses`");
    const bool is_file = spec_.kind == "file" || spec_.kind == "exec";
    if (!is_file && std::ranges::any_of(value.texts, shows_password)) {
      return problems_.add(value.place,
                           "a password must not stand in the file: write ${NAME}, the variable that has it");
    }
    for (std::string& address : filled(value)) {
      // A program without a slash is looked for as a shell does.
      const bool searched = spec_.kind == "exec" && address.find('/') == std::string::npos;
      spec_.addresses.push_back(is_file && !searched && address != "-" ? relative_path(value.folder, address)
                                                                       : address);
    }
  }

  void read_secret(const std::string& key, const Value& value) {
    if (draft_.values.contains(key + "File"))
      return problems_.add(value.place, fmt::format("give either `{}` or `{}File`", key, key));
    const std::string& text = value.texts.empty() ? std::string() : value.texts.front();
    const bool is_variable = text.starts_with("${") && text.find('}') == text.size() - 1;
    if (value.texts.size() != 1 || !is_variable) {
      return problems_.add(value.place,
                           fmt::format("a secret must not stand in the file: write ${{NAME}}, the variable "
                                       "that has it, or give a file with {}File",
                                       key));
    }
    if (auto secret = fill_in(text, environment_, value.place, problems_))
      spec_.secrets[key] = Secret(std::move(*secret));
  }

  std::vector<std::string> filled(const Value& value) {
    std::vector<std::string> texts;
    for (const std::string& text : value.texts) {
      if (auto done = fill_in(text, environment_, value.place, problems_)) texts.push_back(std::move(*done));
    }
    return texts;
  }

  const SourceDraft& draft_;
  const Environment& environment_;
  Problems& problems_;
  SourceSpec spec_;
};

}  // namespace

std::optional<std::string> fill_in(const std::string& text, const Environment& environment, const Place& place,
                                   Problems& problems) {
  std::string result;
  std::string_view rest = text;
  for (auto at = rest.find("${"); at != std::string_view::npos; at = rest.find("${")) {
    if (at > 0 && rest[at - 1] == '$') {
      result.append(rest.substr(0, at - 1)).append("${");
      rest.remove_prefix(at + 2);
      continue;
    }
    const auto close = rest.find('}', at);
    const std::string name(rest.substr(at + 2, close == std::string_view::npos ? close : close - at - 2));
    if (close == std::string_view::npos || name.empty()) {
      problems.add(place, "a '${' is not closed, or names no variable; `$${` stands for `${` itself");
      return std::nullopt;
    }
    const auto value = environment.get(name);
    if (!value) {
      problems.add(place, fmt::format("the variable {} is not set", in_quotes(name)));
      return std::nullopt;
    }
    result.append(rest.substr(0, at)).append(*value);
    rest.remove_prefix(close + 1);
  }
  return result.append(rest);
}

SourceSpec make_spec(const SourceDraft& draft, const Environment& environment, Problems& problems) {
  return SourceEntry(draft, environment, problems).read();
}

}  // namespace r2i::config
