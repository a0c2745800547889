#include "transform/labels.hpp"

#include "base/natural_order.hpp"
#include "base/text.hpp"
#include "model/check.hpp"
#include "model/codes.hpp"
#include "model/secrets.hpp"
#include "transform/candidate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace r2i::transform {

namespace {

constexpr std::array<std::string_view, 10> kAllowed = {"version", "env",   "environment", "zone",  "canary",
                                                       "stage",   "track", "release",     "color", "tier"};
constexpr std::array<std::string_view, 4> kReservedDomains = {"istio.io", "kubernetes.io", "k8s.io",
                                                              "registry2istio.io"};
constexpr std::size_t kMaxLength = 63;

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

/// `text` with what a label's value (or the name in its key) cannot have replaced by '-', cut to length; may become
/// empty.
std::string legal(std::string_view text) {
  std::string result;
  for (const char c : text.substr(0, std::min(text.size(), kMaxLength))) {
    result += is_alnum(c) || c == '-' || c == '_' || c == '.' ? c : '-';
  }
  while (!result.empty() && !is_alnum(result.back())) result.pop_back();
  result.erase(0, std::ranges::find_if(result, is_alnum) - result.begin());
  return result;
}

class LabelBuilder {
 public:
  LabelBuilder(const Service& service, const Instance& instance, Diagnostics& diagnostics)
      : service_(service), instance_(instance), diagnostics_(diagnostics) {}

  void add(std::string_view key, std::string_view value) {
    if (is_secret_key(key) || is_secret_value(value)) {
      report(Code::secret_label, fmt::format("the label {} is not exported", in_quotes(key)));
      return;
    }
    if (is_reserved(key)) {
      report(Code::label_dropped, fmt::format("the label {} is reserved and not exported", in_quotes(key)));
      return;
    }
    const std::string legal_key = is_label_key(key) ? std::string(key) : legal(key);
    const std::string legal_value = is_label_value(value) ? std::string(value) : legal(value);
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
    labels_.emplace_back(legal_key, legal_value);
  }

  Pairs take() {
    if (labels_.size() > 1) sort_keys(labels_);
    return std::move(labels_);
  }

 private:
  void report(Code code, std::string message) {
    diagnostics_.report(diagnose(code, display(service_, instance_), std::move(message)));
  }

  const Service& service_;
  const Instance& instance_;
  Diagnostics& diagnostics_;
  Pairs labels_;
};

}  // namespace

Pairs endpoint_labels(const Service& service, const Instance& instance, Diagnostics& diagnostics) {
  LabelBuilder labels(service, instance, diagnostics);
  for (const auto& [key, value] : instance.metadata) {
    if (is_allowed(key)) labels.add(key, value);
  }
  for (const std::string& tag : instance.tags) {
    const auto at = tag.find_first_of("=|");
    if (at == std::string::npos || at == 0) continue;
    const auto key = std::string_view(tag).substr(0, at);
    if (tag[at] == '|' || is_allowed(key)) labels.add(key, std::string_view(tag).substr(at + 1));
  }
  return labels.take();
}

}  // namespace r2i::transform
