#include "config/settings.hpp"

#include "base/duration.hpp"
#include "base/error.hpp"
#include "base/glob.hpp"
#include "base/text.hpp"
#include "config/source_spec.hpp"
#include "model/check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <utility>

namespace r2i::config {

namespace {

/// One setting that was given: its values and by what.
struct Given {
  const SettingInfo& info;
  std::vector<std::string> values;
  std::string origin;  ///< "--health" or "R2I_HEALTH"

  [[nodiscard]] const std::string& last() const { return values.back(); }
};

class Resolver {
 public:
  explicit Resolver(Settings& settings) : settings_(settings) {}

  void apply(const Given& given);
  void finish(bool needs_source) {
    if (needs_source && settings_.sources.empty() && problems_.empty()) {
      problems_.emplace_back(
          "no source: say what to read, for instance --from consul=http://127.0.0.1:8500 or --from file=snapshot.json");
    }
    check_names(settings_.sources, problems_);
    if (settings_.verbose && settings_.quiet) problems_.emplace_back("--verbose and --quiet exclude each other");
    if (!problems_.empty()) throw Error(ErrorKind::usage, join(problems_, "\n"));
  }

 private:
  void problem(const Given& given, std::string_view message) {
    problems_.push_back(fmt::format("{}: {}", given.origin, message));
  }

  /// The position of the value among the setting's choices; nothing, with a problem, if it is none of them.
  std::optional<std::size_t> choice(const Given& given) {
    const auto choices = split(given.info.choices, '|');
    const auto found = std::ranges::find(choices, given.last());
    if (found != choices.end()) return static_cast<std::size_t>(found - choices.begin());
    problem(given, fmt::format("expected one of {}, got {}{}", join(choices, ", "), in_quotes(given.last()),
                               did_you_mean(given.last(), choices)));
    return std::nullopt;
  }

  template <typename Enum>
  void choose(const Given& given, Enum& out) {
    if (const auto index = choice(given)) out = static_cast<Enum>(*index);
  }

  bool truth(const Given& given) {
    if (given.last() == "true" || given.last() == "1") return true;
    if (given.last() == "false" || given.last() == "0") return false;
    problem(given, fmt::format("expected true or false, got {}", in_quotes(given.last())));
    return false;
  }

  std::optional<std::uint32_t> number(const Given& given, const std::string& text, std::uint32_t most) {
    std::uint32_t value = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (code == std::errc() && end == text.data() + text.size() && value >= 1 && value <= most) return value;
    problem(given, fmt::format("expected a number from 1 to {}, got {}", most, in_quotes(text)));
    return std::nullopt;
  }

  void globs(const Given& given, std::vector<std::string>& out) {
    try {
      const GlobSet checked(given.values);
      out = given.values;
    } catch (const Error& error) {
      problem(given, error.what());
    }
  }

  void names(const Given& given, std::string& out, bool (*is_legal)(std::string_view), std::string_view what) {
    out = given.last();
    if (out.empty() || !is_legal(out)) problem(given, fmt::format("{} is no {}", in_quotes(out), what));
  }

  void service_ports(const Given& given);
  void export_to(const Given& given);
  void host_template(const Given& given);
  void protocol(const Given& given);
  bool apply_conversion(const Given& given);
  bool apply_output(const Given& given);

  Settings& settings_;
  std::vector<std::string> problems_;
};

void Resolver::service_ports(const Given& given) {
  constexpr std::uint32_t kMaxPort = 65535;
  ServicePortRule& rule = settings_.conversion.service_ports;
  for (const std::string& value : given.values) {
    if (value == "instance") {
      rule.instance = true;
    } else if (const auto port = number(given, value, kMaxPort)) {
      rule.numbers.push_back(*port);
    }
  }
}

void Resolver::export_to(const Given& given) {
  auto& values = settings_.conversion.export_to;
  for (const std::string& value : given.values) {
    const bool special = value == "." || value == "*" || value == "~";
    if (!special && !is_namespace(value)) problem(given, fmt::format("{} is no namespace", in_quotes(value)));
    values.push_back(value);
  }
  std::ranges::sort(values);
  const auto twins = std::ranges::unique(values);
  values.erase(twins.begin(), twins.end());
  const bool alone = std::ranges::any_of(values, [](const std::string& value) { return value == "*" || value == "~"; });
  if (alone && values.size() > 1) problem(given, "\"*\" and \"~\" stand alone");
}

void Resolver::host_template(const Given& given) {
  auto parsed = HostTemplate::parse(given.last());
  if (parsed) {
    settings_.conversion.host_template = std::move(*parsed);
  } else {
    problem(given, fmt::format("{}: {}", in_quotes(given.last()), parsed.error()));
  }
}

void Resolver::protocol(const Given& given) {
  if (choice(given)) settings_.conversion.protocol = {protocol_from(given.last()).value(), given.origin};
}

bool Resolver::apply_conversion(const Given& given) {
  ConversionSettings& conversion = settings_.conversion;
  const std::string_view key = given.info.key;
  if (key == "namespace") {
    names(given, conversion.nspace, is_namespace, "namespace");
  } else if (key == "owner") {
    names(given, conversion.owner, is_label_value, "label's value in Kubernetes");
  } else if (key == "health") {
    if (const auto index = choice(given)) conversion.health = {static_cast<HealthPolicy>(*index), given.origin};
  } else if (key == "hostTemplate") {
    host_template(given);
  } else if (key == "servicePorts") {
    service_ports(given);
  } else if (key == "protocol") {
    protocol(given);
  } else if (key == "exportTo") {
    export_to(given);
  } else if (key == "dnsCapture") {
    conversion.dns_capture = truth(given);
  } else if (key == "tcpWithoutAddress") {
    choose(given, conversion.tcp_without_address);
  } else if (key == "layout") {
    choose(given, conversion.layout);
  } else {
    return false;
  }
  return true;
}

bool Resolver::apply_output(const Given& given) {
  const std::string_view key = given.info.key;
  if (key == "output") {
    choose(given, settings_.output);
  } else if (key == "apiVersion") {
    if (choice(given)) settings_.api_version = given.last();
  } else if (key == "keepSecrets") {
    settings_.keep_secrets = truth(given);
  } else if (key == "outputFile") {
    settings_.output_file = given.last();
  } else if (key == "verbose") {
    settings_.verbose = truth(given);
  } else if (key == "quiet") {
    settings_.quiet = truth(given);
  } else if (key == "color") {
    choose(given, settings_.color);
  } else {
    return false;
  }
  return true;
}

void Resolver::apply(const Given& given) {
  constexpr std::uint32_t kMaxParallelism = 128;
  const std::string_view key = given.info.key;
  if (key == "from") {
    for (const std::string& text : given.values) settings_.sources.push_back(parse_source(text, problems_));
  } else if (key == "include") {
    globs(given, settings_.names.include);
  } else if (key == "exclude") {
    globs(given, settings_.names.exclude);
  } else if (key == "requestTimeout") {
    const auto duration = parse_duration(given.last());
    if (duration)
      settings_.request_timeout = *duration;
    else
      problem(given, duration.error());
  } else if (key == "parallelism") {
    settings_.parallelism = number(given, given.last(), kMaxParallelism).value_or(settings_.parallelism);
  } else if (key == "allowPartial") {
    settings_.allow_partial = truth(given);
  } else if (!apply_conversion(given) && !apply_output(given)) {
    throw Error(ErrorKind::bug, fmt::format("nobody reads the setting {}", key));
  }
}

/// In the environment, the values of a repeatable setting are separated by line breaks.
std::vector<std::string> environment_values(const SettingInfo& info, const std::string& text) {
  if (!info.repeatable) return {text};
  std::vector<std::string> values;
  for (const std::string& line : split(text, '\n')) {
    if (!trim(line).empty()) values.emplace_back(trim(line));
  }
  return values;
}

}  // namespace

Settings resolve(const std::vector<std::string_view>& keys, const TypedFlags& flags, const Environment& environment) {
  Settings settings;
  Resolver resolver(settings);
  for (const std::string_view key : keys) {
    const SettingInfo& info = setting_info(key);
    const auto typed = flags.find(key);
    if (typed != flags.end()) {
      resolver.apply({info, typed->second, std::string(info.flag)});
    } else if (const auto text = environment.get(environment_name(info))) {
      const auto values = environment_values(info, *text);
      if (!values.empty()) resolver.apply({info, values, environment_name(info)});
    }
  }
  resolver.finish(std::ranges::find(keys, "from") != keys.end());
  return settings;
}

}  // namespace r2i::config
