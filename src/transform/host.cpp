#include "transform/host.hpp"

#include "base/hash.hpp"
#include "base/text.hpp"
#include "model/check.hpp"
#include "model/codes.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace r2i::transform {

namespace {

constexpr std::size_t kMaxLabel = 63;
constexpr std::size_t kMaxHost = 253;  // it is the object's name, too
constexpr std::size_t kHashDigits = 8;

bool is_label_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

std::string_view without_outer_dashes(std::string_view text) {
  while (text.starts_with('-')) text.remove_prefix(1);
  while (text.ends_with('-')) text.remove_suffix(1);
  return text;
}

const HostTemplate& default_template(const Service& service) {
  static const auto consul_local = HostTemplate::parse("{service}.service.consul").value();
  static const auto consul_remote = HostTemplate::parse("{service}.service.{datacenter}.consul").value();
  static const auto consul_peer = HostTemplate::parse("{service}.service.{peer}.peer.consul").value();
  static const auto nacos = HostTemplate::parse("{service}.{group}.{namespace}.nacos").value();
  static const auto other = HostTemplate::parse("{service}.{kind}").value();
  const Scope& scope = *service.scope;
  if (scope.source->kind == "nacos") return nacos;
  if (scope.source->kind != "consul") return other;
  if (!scope.peer.empty()) return consul_peer;
  return scope.local || scope.datacenter.empty() ? consul_local : consul_remote;
}

/// What the registry says for a variable.
std::string_view value_of(HostTemplate::Variable variable, const Service& service) {
  using Variable = HostTemplate::Variable;
  const Scope& scope = *service.scope;
  switch (variable) {
    case Variable::service:
      return service.name;
    case Variable::group:
      return service.group;
    case Variable::nspace:
      return service.nspace;
    case Variable::datacenter:
      return scope.datacenter;
    case Variable::kind:
      return scope.source->kind;
    case Variable::source:
      return scope.source->name;
    case Variable::scope:
      return scope.name;
    case Variable::peer:
      return scope.peer;
  }
  return {};
}

/// Fills the template and makes each label of the result a legal one. A variable's dots are no label borders.
std::string fill(const HostTemplate& pattern, const Service& service) {
  std::string text;
  for (const auto& part : pattern.parts()) {
    if (!part.literal.empty()) {
      text += part.literal;
      continue;
    }
    for (const char c : value_of(part.variable, service)) text += c == '.' ? '\x01' : c;
  }
  std::vector<std::string> labels = split(text, '.');
  for (std::string& label : labels) label = host_label(label);
  return join(labels, ".");
}

}  // namespace

std::string host_label(std::string_view text) {
  std::string label;
  label.reserve(text.size());
  for (char c : text) {
    c = to_lower(c);
    label += is_label_character(c) ? c : '-';
  }
  std::string bare(without_outer_dashes(label));
  if (bare.empty()) return text.empty() ? "" : "x" + short_hash(text, kHashDigits);
  if (bare.size() <= kMaxLabel) return bare;
  const std::string_view head = std::string_view(bare).substr(0, kMaxLabel - kHashDigits - 1);
  return fmt::format("{}-{}", without_outer_dashes(head), short_hash(text, kHashDigits));
}

bool is_own_name(const std::string& service_name, const std::string& host) {
  const auto labels = split(host, '.');
  return std::find(labels.begin(), labels.end(), service_name) != labels.end();
}

std::optional<std::string> host_of(const Service& service, const ConversionSettings& settings,
                                   Diagnostics& diagnostics) {
  const HostTemplate& pattern = settings.host_template ? *settings.host_template : default_template(service);
  std::string host = fill(pattern, service);
  if (!is_host_name(host) || host.size() > kMaxHost) {
    diagnostics.report(
        diagnose(Code::host_invalid, service.display(),
                 fmt::format("the template {} gives {}, which is no host name", pattern.text(), in_quotes(host))));
    return std::nullopt;
  }
  if (!is_own_name(service.name, host)) {
    diagnostics.report(diagnose(Code::host_altered, service.display(), fmt::format("its host is {}", host)));
  }
  return host;
}

}  // namespace r2i::transform
