#include "transform/labels.hpp"

#include "base/natural_order.hpp"
#include "base/network.hpp"
#include "base/text.hpp"
#include "model/check.hpp"
#include "model/codes.hpp"
#include "model/legal_label.hpp"
#include "model/secrets.hpp"
#include "transform/variables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

namespace r2i::transform {

namespace {

constexpr std::array<std::string_view, 10> kAllowed = {"version", "env",   "environment", "zone",  "canary",
                                                       "stage",   "track", "release",     "color", "tier"};
constexpr std::string_view kTlsMode = "security.istio.io/tlsMode";
constexpr std::array<std::string_view, 4> kReservedDomains = {"istio.io", "kubernetes.io", "k8s.io",
                                                              "registry2istio.io"};

bool is_allowed(std::string_view key) {
  return std::ranges::find(kAllowed, key) != kAllowed.end();
}

/// Labels that Istio or Kubernetes act upon: a registry's writer must not switch mTLS or move an endpoint.
bool is_reserved(std::string_view key) {
  if (equals_ignoring_case(key, "istio-locality")) return true;
  const auto slash = key.find('/');
  if (slash == std::string_view::npos) return false;
  const std::string domain = to_lower(key.substr(0, slash));
  return std::ranges::any_of(kReservedDomains, [&](std::string_view reserved) {
    return domain == reserved || domain.ends_with("." + std::string(reserved));
  });
}

class LabelBuilder {
 public:
  LabelBuilder(const Service& service, const Instance& instance, Diagnostics& diagnostics, TextMap* origins)
      : service_(service), instance_(instance), diagnostics_(diagnostics), origins_(origins) {
    labels_.reserve(kUsual);
  }

  /// `kind` and `text`: what it is from, a "tag" and the whole of it.
  void add(std::string_view key, std::string_view value, std::string_view kind, std::string_view text) {
    if (is_secret_key(key) || is_secret_value(value)) {
      report(Code::secret_label, fmt::format("the label {} is not exported", in_quotes(key)));
      return;
    }
    if (is_reserved(key)) {
      report(Code::label_dropped, fmt::format("the label {} is reserved and not exported", in_quotes(key)));
      return;
    }
    std::string legal_key = is_label_key(key) ? std::string(key) : legal_label_text(key);
    std::string legal_value = is_label_value(value) ? std::string(value) : legal_label_text(value);
    if (legal_key.empty() || (legal_value.empty() && !value.empty())) {
      report(Code::label_dropped,
             fmt::format("the label {}={} cannot be made legal", in_quotes(key), in_quotes(value)));
      return;
    }
    if (find_value(labels_, legal_key)) return;
    if (legal_key != key || legal_value != value) {
      report(Code::label_altered,
             fmt::format("the label {}={} becomes {}={}", in_quotes(key), in_quotes(value), legal_key, legal_value));
    }
    if (origins_ != nullptr) (*origins_)[legal_key] = fmt::format("{} {}", kind, text);
    labels_.emplace_back(std::move(legal_key), std::move(legal_value));
  }

  /// A label that the configuration gives.
  void set(std::string_view key, std::string_view value, std::string_view origin) {
    if (origins_ != nullptr) (*origins_)[std::string(key)] = origin;
    std::erase_if(labels_, [&](const auto& label) { return label.first == key; });
    labels_.emplace_back(key, is_label_value(value) ? std::string(value) : legal_label_text(value));
  }

  Pairs take() {
    if (labels_.size() > 1) sort_keys(labels_);
    // A copy without room to spare: those of all endpoints are kept to the end of the run.
    return {std::make_move_iterator(labels_.begin()), std::make_move_iterator(labels_.end())};
  }

 private:
  static constexpr std::size_t kUsual = 4;

  void report(Code code, std::string message) {
    diagnostics_.report(diagnose(code, display(service_, instance_), std::move(message)));
  }

  const Service& service_;
  const Instance& instance_;
  Diagnostics& diagnostics_;
  TextMap* origins_;
  Pairs labels_;
};

/// Which of the registry's keys become labels, and under which name.
class KeyPolicy {
 public:
  explicit KeyPolicy(const Choices& choices) : choices_(choices) {}

  [[nodiscard]] bool is_wanted(std::string_view key) const {
    if (new_name(key) != key) return true;
    const auto* keys = choices_.label_keys;
    return keys != nullptr ? keys->value.set->matches(key) : is_allowed(key);
  }
  [[nodiscard]] std::string_view new_name(std::string_view key) const {
    for (auto map = choices_.rename_labels.rbegin(); map != choices_.rename_labels.rend(); ++map) {
      const auto found = (*map)->value.find(std::string(key));
      if (found != (*map)->value.end()) return found->second;
    }
    return key;
  }

 private:
  const Choices& choices_;
};

/// Whether the endpoint has a sidecar that speaks Istio's mTLS, as far as the configuration says.
void set_tls_mode(LabelBuilder& labels, const Candidate& candidate) {
  const Choices& choices = *candidate.choices;
  if (choices.tls_mode != nullptr) {
    const std::string_view mode = choices.tls_mode->value == TlsMode::istio ? "istio" : "disabled";
    return labels.set(kTlsMode, mode, choices.tls_mode->origin);
  }
  if (choices.sidecar_networks == nullptr) return;
  const auto address = IpAddress::parse(candidate.address);
  if (address && contains(choices.sidecar_networks->value, *address))
    labels.set(kTlsMode, "istio", choices.sidecar_networks->origin);
}

/// What says the label; of several places the last one.
std::string_view origin_of(const Chosen<TemplateMap>& maps, const std::string& key) {
  const auto last = std::find_if(maps.rbegin(), maps.rend(), [&](const auto* map) { return map->value.contains(key); });
  return last == maps.rend() ? std::string_view() : (*last)->origin;
}

}  // namespace

Pairs endpoint_labels(const Service& service, const Candidate& candidate, Diagnostics& diagnostics, TextMap* origins) {
  const Instance& instance = *candidate.instance;
  const Choices& choices = *candidate.choices;
  const KeyPolicy policy(choices);
  LabelBuilder labels(service, instance, diagnostics, origins);
  for (const auto& [key, value] : instance.metadata) {
    if (policy.is_wanted(key)) labels.add(policy.new_name(key), value, "metadata", key);
  }
  for (const std::string& tag : instance.tags) {
    const auto separator = std::ranges::find_if(tag, [](char c) { return c == '=' || c == '|'; });
    if (separator == tag.end() || separator == tag.begin()) continue;
    const auto at = static_cast<std::size_t>(separator - tag.begin());
    const auto key = std::string_view(tag).substr(0, at);
    if (tag[at] == '|' || policy.is_wanted(key))
      labels.add(policy.new_name(key), std::string_view(tag).substr(at + 1), "tag", tag);
  }
  for (const auto& [key, value] : filled_maps(choices.labels, service))
    labels.set(key, value, origin_of(choices.labels, key));
  set_tls_mode(labels, candidate);
  return labels.take();
}

}  // namespace r2i::transform
