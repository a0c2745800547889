#include "sources/own_settings.hpp"

#include "base/text.hpp"
#include "base/url.hpp"
#include "model/secrets.hpp"
#include "sources/consul_options.hpp"
#include "sources/etcd_options.hpp"
#include "sources/eureka_options.hpp"
#include "sources/nacos_options.hpp"
#include "sources/values.hpp"
#include "sources/zookeeper_options.hpp"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <string>
#include <utility>

namespace r2i::sources {

namespace {

/// Where a registry is if nothing says so, and by which variable it may be told.
struct NativeAddress {
  std::string_view kind;
  std::string_view variable;
  std::string_view fallback;
};
constexpr std::array kAddresses = {NativeAddress{"consul", "CONSUL_HTTP_ADDR", consul::kDefaultAddress},
                                   NativeAddress{"etcd", "ETCDCTL_ENDPOINTS", etcd::kDefaultAddress},
                                   NativeAddress{"eureka", eureka::kNativeAddresses, eureka::kDefaultAddress},
                                   NativeAddress{"nacos", "NACOS_SERVER_ADDR", nacos::kDefaultAddress},
                                   NativeAddress{"zookeeper", "", zookeeper::kDefaultAddress}};

/// Variables of a registry's own that no setting stands for.
struct FreeVariable {
  std::string_view kind;
  std::string_view name;
  bool secret;
};
constexpr std::array kFreeVariables = {FreeVariable{"consul", "CONSUL_HTTP_AUTH", true},
                                       FreeVariable{"consul", "CONSUL_HTTP_SSL", false},
                                       FreeVariable{"etcd", "ETCDCTL_INSECURE_TRANSPORT", false}};

Shape shape_of_type(std::string_view type) {
  if (type == "boolean") return Shape::boolean;
  if (type == "count") return Shape::number;
  if (type == "list") return Shape::list;
  if (type == "duration") return Shape::duration;
  return type.find('|') == std::string_view::npos ? Shape::text : Shape::choice;
}

bool names_variable(const std::string& text) {
  return text.find("${") != std::string::npos;
}

/// An address without user info and query, whatever else is wrong with it. What comes from a variable is not said.
std::string shown_address(const SourceSpec& spec, const std::string& address) {
  if (spec.kind == "file" || spec.kind == "exec") return address;
  if (!names_variable(address)) {
    const auto url = parse_url(address);
    return url ? url->display() : std::string(kRedacted);
  }
  const auto scheme = address.find("://");
  const std::size_t start = scheme == std::string::npos ? 0 : scheme + 3;
  const auto at = address.rfind('@');
  const std::string rest = address.substr(at == std::string::npos ? start : at + 1);
  return address.substr(0, start) + rest.substr(0, rest.find('?'));
}

/// Takes what was written where it names a variable: what that holds may be a secret.
std::vector<std::string> shown(const std::vector<std::string>& written, const std::vector<std::string>& filled) {
  std::vector<std::string> texts = filled;
  for (std::size_t i = 0; i < written.size(); ++i) {
    if (i >= texts.size()) texts.push_back(written[i]);
    if (names_variable(written[i])) texts[i] = written[i];
  }
  return texts;
}

class OwnSettings {
 public:
  OwnSettings(const SourceSpec& spec, const Environment& environment)
      : spec_(spec), environment_(environment), values_(spec, environment) {}

  std::vector<EffectiveSetting> list() {
    add("kind", Shape::text, {spec_.kind}, spec_.origin);
    address();
    for (const SourceSettingInfo& info : all_source_settings()) {
      if (info.key == "name" || !applies_to(info, spec_.kind)) continue;
      setting(info);
    }
    for (const FreeVariable& variable : kFreeVariables) {
      if (variable.kind != spec_.kind) continue;
      if (const auto value = environment_.get(variable.name))
        add(variable.name, Shape::text, {variable.secret ? std::string(kRedacted) : *value}, variable.name);
    }
    for (EffectiveSetting& setting : list_) redact(setting);
    return std::move(list_);
  }

 private:
  void add(std::string_view key, Shape shape, std::vector<std::string> values, std::string_view origin) {
    EffectiveSetting setting;
    setting.path = fmt::format("sources.{}.{}", spec_.name, key);
    setting.shape = shape;
    setting.values = std::move(values);
    setting.origin = origin;
    list_.push_back(std::move(setting));
  }

  const SourceSpec::Written* written(std::string_view key) const {
    const auto found = spec_.written.find(std::string(key));
    return found == spec_.written.end() ? nullptr : &found->second;
  }

  void address() {
    std::vector<std::string> addresses = spec_.addresses;
    std::string origin = spec_.origin;
    for (const std::string_view key : {"address", "addresses"}) {
      const auto* said = written(key);
      if (said == nullptr) continue;
      addresses = shown(said->texts, addresses);
      origin = said->position;
    }
    for (const NativeAddress& native : kAddresses) {
      if (native.kind != spec_.kind || !addresses.empty()) continue;
      const auto value = native.variable.empty() ? std::nullopt : environment_.get(native.variable);
      addresses = split_list(value.value_or(std::string(native.fallback)));
      origin = value ? native.variable : "default";
    }
    for (std::string& one : addresses) one = shown_address(spec_, one);
    if (addresses.size() == 1) return add("address", Shape::text, std::move(addresses), origin);
    add("addresses", Shape::list, std::move(addresses), origin);
  }

  /// What the address or the configuration says.
  std::optional<std::vector<std::string>> given(const SourceSettingInfo& info) const {
    const std::string key(info.key);
    const auto list = spec_.lists.find(key);
    if (list != spec_.lists.end()) return list->second;
    const auto value = spec_.values.find(key);
    if (value == spec_.values.end()) return std::nullopt;
    return info.type == "list" ? values_.list(info.key) : std::vector<std::string>{value->second};
  }

  void setting(const SourceSettingInfo& info) {
    const Shape shape = shape_of_type(info.type);
    const auto* said = written(info.key);
    auto values = given(info);
    const bool secret = info.type == "secret" || (info.kind == "exec" && info.key == "arguments");
    if (said != nullptr || values) {
      std::vector<std::string> texts =
          said != nullptr ? shown(said->texts, values.value_or(said->texts)) : std::move(*values);
      if (secret) texts = {std::string(kRedacted)};
      return add(info.key, shape, std::move(texts), said != nullptr ? said->position : spec_.origin);
    }
    const std::string_view variable =
        info.environment.empty() && spec_.kind == "etcd" ? etcd::native_variable(info.key) : info.environment;
    if (const auto native = variable.empty() ? std::nullopt : environment_.get(variable))
      return add(info.key, shape, {secret ? std::string(kRedacted) : meaning(variable, *native)}, variable);
    add(info.key, shape, {std::string(info.fallback)}, "default");
  }

  /// CONSUL_HTTP_SSL_VERIFY means the opposite of the setting that stands for it; ETCDCTL_USER may have a password in
  /// it.
  static std::string meaning(std::string_view variable, const std::string& native) {
    if (variable == "ETCDCTL_USER") return native.substr(0, native.find(':'));
    const auto truth = variable == "CONSUL_HTTP_SSL_VERIFY" ? parse_boolean(native) : std::nullopt;
    return truth ? (*truth ? "false" : "true") : native;
  }

  const SourceSpec& spec_;
  const Environment& environment_;
  Values values_;
  std::vector<EffectiveSetting> list_;
};

}  // namespace

std::vector<EffectiveSetting> own_settings(const SourceSpec& spec, const Environment& environment) {
  if (spec.kind == "nacos") return OwnSettings(spec, nacos::native_names(environment)).list();
  return OwnSettings(spec, environment).list();
}

}  // namespace r2i::sources
