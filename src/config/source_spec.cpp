#include "config/source_spec.hpp"

#include "base/error.hpp"
#include "base/pattern_set.hpp"
#include "base/text.hpp"
#include "base/url.hpp"
#include "model/check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace r2i::config {

namespace {

constexpr std::array<std::string_view, 4> kSecretKeys = {"token", "password", "secret", "auth"};

std::vector<std::string> known_keys(std::string_view kind) {
  std::vector<std::string> keys;
  for (const SourceSettingInfo& info : all_source_settings()) {
    if (info.type != "secret" && applies_to(info, kind)) keys.emplace_back(info.key);
  }
  return keys;
}

/// What reads snapshots, which have the names of their own sources, from a path that is no address.
bool is_path_kind(std::string_view kind) {
  return kind == "file" || kind == "exec";
}

/// Snapshots have names of their own. But the runs of one program differ in their arguments alone, which are not shown.
bool may_share_name(const SourceSpec& a, const SourceSpec& b) {
  return is_path_kind(a.kind) && (a.kind != "exec" || a.addresses != b.addresses);
}

/// The address without user info, for messages. A path stays as it is.
std::string display_of(const std::string& kind, const std::string& address) {
  if (is_path_kind(kind)) return address;
  const auto url = parse_url(address);
  return url ? url->display() : "(an address that cannot be read)";
}

void check_key(const SourceSpec& spec, const std::string& key, bool may_hold_password, Problems& problems) {
  if (std::ranges::find(kSecretKeys, key) != kSecretKeys.end()) {
    problems.add(
        fmt::format("{}: {}: a secret must not stand in a flag: give a file (tokenFile=) or the registry's own "
                    "environment variable",
                    spec.text, key));
    return;
  }
  const auto known = known_keys(spec.kind);
  if (std::ranges::find(known, key) != known.end()) return;
  if (may_hold_password) {
    problems.add(fmt::format(
        "{}: what follows the '?' is no setting; a '?' or '@' in a password must be written as %3F or %40", spec.kind));
  } else {
    problems.add(fmt::format("{}: unknown setting {}{}; there are {}", spec.text, in_quotes(key),
                             did_you_mean(key, known), join(known, ", ")));
  }
}

void read_query(std::string_view query, SourceSpec& spec, Problems& problems) {
  const bool may_hold_password = query.find('@') != std::string_view::npos;
  for (const std::string& pair : split(query, '&')) {
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    const std::string key = percent_decode(pair.substr(0, equals));
    check_key(spec, key, may_hold_password, problems);
    if (equals == std::string::npos && may_hold_password) continue;
    if (equals == std::string::npos) {
      problems.add(fmt::format("{}: {} has no value: expected {}=…", spec.text, in_quotes(key), key));
      continue;
    }
    std::string value = percent_decode(pair.substr(equals + 1));
    // A key that comes twice is a list, as in a URL.
    auto [at, is_new] = spec.values.emplace(key, value);
    if (!is_new) at->second += "," + value;
  }
}

/// ?include=… and ?exclude=…
void read_patterns(SourceSpec& spec, Problems& problems) {
  for (const auto& [key, patterns] : {std::pair("include", &spec.names.include), {"exclude", &spec.names.exclude}}) {
    const auto value = spec.values.find(key);
    if (value == spec.values.end()) continue;
    *patterns = split(value->second, ',');
    try {
      const PatternSet checked(*patterns);
    } catch (const Error& error) {
      problems.add(fmt::format("{}: {}: {}", spec.text, key, error.what()));
    }
  }
}

}  // namespace

SourceSpec parse_source(std::string_view text, Problems& problems) {
  SourceSpec spec;
  const auto question = text.find('?');
  const std::string_view head = text.substr(0, question);
  const auto equals = head.find('=');
  spec.kind = head.substr(0, equals);
  if (equals != std::string_view::npos) {
    for (const std::string& address : split(head.substr(equals + 1), ',')) {
      if (!trim(address).empty()) spec.addresses.emplace_back(trim(address));
    }
    if (spec.addresses.empty()) problems.add(fmt::format("--from {}: the address is empty", spec.kind));
  }
  std::vector<std::string> shown;
  const bool split_password = question != std::string_view::npos && text.find('@', question) != std::string_view::npos;
  for (const std::string& address : split_password ? std::vector<std::string>{} : spec.addresses)
    shown.push_back(display_of(spec.kind, address));
  spec.text = shown.empty() ? spec.kind : fmt::format("{}={}", spec.kind, join(shown, ","));
  if (question != std::string_view::npos) read_query(text.substr(question + 1), spec, problems);

  read_patterns(spec, problems);
  const auto name = spec.values.find("name");
  spec.named = name != spec.values.end();
  spec.name = spec.named ? name->second : spec.kind;
  if (spec.name.empty() || !is_label_value(spec.name)) {
    problems.add(
        fmt::format("{}: the name {} cannot be a label's value in Kubernetes", spec.text, in_quotes(spec.name)));
  }
  const auto merge = spec.values.find("merge");
  if (merge != spec.values.end()) {
    spec.merge = merge->second;
    if (const auto wrong = check_merge(spec.merge)) problems.add(fmt::format("{}: {}", spec.text, *wrong));
  }
  return spec;
}

std::optional<std::string> check_merge(const std::string& name) {
  if (!name.empty() && is_label_value(name)) return std::nullopt;
  return fmt::format("merge: the name {} cannot be a label's value in Kubernetes", in_quotes(name));
}

void check_names(const std::vector<SourceSpec>& sources, Problems& problems) {
  for (const SourceSpec& one : sources) {
    for (const SourceSpec& other : sources) {
      if (one.merge.empty() || one.merge == other.merge || one.merge != other.name || is_path_kind(other.kind))
        continue;
      problems.add(
          fmt::format("{} is merged into {}, the name of {}, which is not: give that one merge={}, too, or "
                      "take another name",
                      one.text, in_quotes(one.merge), other.text, one.merge));
    }
  }
  for (std::size_t i = 0; i < sources.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (sources[i].name != sources[j].name || may_share_name(sources[i], sources[j])) continue;
      problems.add(fmt::format("{} and {} have the same name {}: tell them apart with ?name=…", sources[j].text,
                               sources[i].text, in_quotes(sources[i].name)));
    }
  }
}

}  // namespace r2i::config
