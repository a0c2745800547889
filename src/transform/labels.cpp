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
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace r2i::transform {

namespace {

constexpr std::string_view kTlsMode = "security.istio.io/tlsMode";
constexpr std::array<std::string_view, 4> kReservedDomains = {"istio.io", "kubernetes.io", "k8s.io",
                                                              "registry2istio.io"};

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

  void add(const ToldLabel& told) {
    const auto& [key, value, kind, text] = told;
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

Pairs make_labels(const Service& service, const Candidate& candidate, std::span<const ToldLabel> told,
                  Diagnostics& diagnostics, TextMap* origins) {
  const Choices& choices = *candidate.choices;
  LabelBuilder labels(service, *candidate.instance, diagnostics, origins);
  for (const ToldLabel& label : told) labels.add(label);
  for (const auto& [key, value] : filled_maps(choices.labels, service))
    labels.set(key, value, origin_of(choices.labels, key));
  set_tls_mode(labels, candidate);
  return labels.take();
}

/// Passes on what is reported, and knows whether anything was.
class Overheard : public Diagnostics {
 public:
  explicit Overheard(Diagnostics& to) : to_(to) {}
  void report(Diagnostic diagnostic) override {
    any_ = true;
    to_.report(std::move(diagnostic));
  }
  [[nodiscard]] bool any() const { return any_; }

 private:
  Diagnostics& to_;
  bool any_ = false;
};

/// For the same choices.
bool say_the_same(const std::vector<ToldLabel>& a, const std::vector<ToldLabel>& b) {
  return std::ranges::equal(a, b, [](const ToldLabel& x, const ToldLabel& y) {
    const bool same_memory = x.text.data() == y.text.data();  // of tags that two instances share
    return same_memory || (x.key == y.key && x.value == y.value);
  });
}

}  // namespace

Pairs endpoint_labels(const Service& service, const Candidate& candidate, Diagnostics& diagnostics, TextMap* origins) {
  LabelPicker picker;
  return make_labels(service, candidate, picker.pick(candidate), diagnostics, origins);
}

SharedPairs LabelMaker::labels_of(const Service& service, const Candidate& candidate) {
  const std::vector<ToldLabel>& told = picker_.pick(candidate);
  const Choices& choices = *candidate.choices;
  const bool by_address = choices.tls_mode == nullptr && choices.sidecar_networks != nullptr;
  const Made* alike = made_.find([&](const Made& one) {
    return one.service == &service && one.choices == &choices && !by_address && say_the_same(one.told, told);
  });
  if (alike != nullptr) return alike->labels;
  Overheard overheard(diagnostics_);
  SharedPairs labels = make_labels(service, candidate, told, overheard, nullptr);
  const Made* same = made_.find([&](const Made& one) { return one.labels == labels; });
  if (same != nullptr) labels = same->labels;
  return made_.add({overheard.any() ? nullptr : &service, &choices, told, labels}).labels;
}

}  // namespace r2i::transform
