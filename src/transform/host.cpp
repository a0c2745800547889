#include "transform/host.hpp"

#include "base/hash.hpp"
#include "base/text.hpp"
#include "model/check.hpp"
#include "model/codes.hpp"
#include "transform/metadata.hpp"
#include "transform/variables.hpp"

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

const TextTemplate& default_template(const Service& service) {
  static const auto consul_local = TextTemplate::parse_host("{service}.service.consul").value();
  static const auto consul_remote = TextTemplate::parse_host("{service}.service.{datacenter}.consul").value();
  static const auto consul_peer = TextTemplate::parse_host("{service}.service.{peer}.peer.consul").value();
  static const auto nacos = TextTemplate::parse_host("{service}.{group}.{namespace}.nacos").value();
  static const auto other = TextTemplate::parse_host("{service}.{kind}").value();
  const Scope& scope = *service.scope;
  if (scope.source->kind == "nacos") return nacos;
  if (scope.source->kind != "consul") return other;
  if (!scope.peer.empty()) return consul_peer;
  return scope.local || scope.datacenter.empty() ? consul_local : consul_remote;
}

/// Fills the template and makes each label of the result a legal one. A variable's dots are no label borders.
std::string fill_host(const TextTemplate& pattern, const Service& service) {
  std::string text;
  for (const auto& part : pattern.parts()) {
    if (!part.literal.empty()) {
      text += part.literal;
      continue;
    }
    const std::size_t start = text.size();
    text += filled(part, value_of(part.variable, service));
    std::replace(text.begin() + static_cast<std::ptrdiff_t>(start), text.end(), '.', '\x01');
  }
  std::vector<std::string> labels = split(text, '.');
  for (std::string& label : labels) label = host_label(label);
  return join(labels, ".");
}

/// A registry chooses the host only where the configuration names the key.
std::optional<std::string> host_from_metadata(const Service& service, const std::string& key,
                                              Diagnostics& diagnostics) {
  const std::string host = to_lower(metadata_value(service, nullptr, key).value_or(""));
  if (is_host_name(host) && host.size() <= kMaxHost) return host;
  diagnostics.report(
      diagnose(Code::host_invalid, service.display(),
               fmt::format("its metadata {} is {}, which is no host name", in_quotes(key), in_quotes(host))));
  return std::nullopt;
}

}  // namespace

std::string host_label(std::string_view text) {
  std::string label(text);
  for (char& c : label) {
    c = to_lower(c);
    if (!is_label_character(c)) c = '-';
  }
  std::string bare(without_outer_dashes(label));
  if (bare.empty()) return text.empty() ? "" : "x" + short_hash(text, kHashDigits);
  if (bare.size() <= kMaxLabel) return bare;
  const std::string_view head = std::string_view(bare).substr(0, kMaxLabel - kHashDigits - 1);
  return fmt::format("{}-{}", without_outer_dashes(head), short_hash(text, kHashDigits));
}

bool is_own_name(const std::string& service_name, const std::string& host) {
  for (std::string_view rest = host;;) {
    const auto dot = rest.find('.');
    if (rest.substr(0, dot) == service_name) return true;
    if (dot == std::string_view::npos) return false;
    rest.remove_prefix(dot + 1);
  }
}

std::optional<std::string> host_by(const TextTemplate& pattern, const Service& service, Diagnostics& diagnostics) {
  std::string host = fill_host(pattern, service);
  if (is_host_name(host) && host.size() <= kMaxHost) return host;
  diagnostics.report(
      diagnose(Code::host_invalid, service.display(),
               fmt::format("the template {} gives {}, which is no host name", pattern.text(), in_quotes(host))));
  return std::nullopt;
}

std::optional<std::string> host_of(const Service& service, const Choices& choices, Diagnostics& diagnostics) {
  if (choices.host != nullptr && !choices.host->value.metadata_key.empty())
    return host_from_metadata(service, choices.host->value.metadata_key, diagnostics);
  const TextTemplate& pattern = choices.host != nullptr ? choices.host->value.value : default_template(service);
  auto host = host_by(pattern, service, diagnostics);
  // A host that does not depend on the name was meant to be another one.
  if (host && pattern.names(TextTemplate::Variable::service) && !is_own_name(service.name, *host))
    diagnostics.report(diagnose(Code::host_altered, service.display(), fmt::format("its host is {}", *host)));
  return host;
}

}  // namespace r2i::transform
