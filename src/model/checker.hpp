#pragma once

#include "base/text.hpp"
#include "model/check.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

namespace r2i {

/// A text that is put between quotes only if a message with it is written.
struct Quote {
  std::string_view text;
};

}  // namespace r2i

template <>
struct fmt::formatter<r2i::Quote> : fmt::formatter<std::string_view> {
  auto format(const r2i::Quote& quote, format_context& context) const {
    return fmt::formatter<std::string_view>::format(r2i::in_quotes(quote.text), context);
  }
};

namespace r2i {

/// Collects what is wrong, each with its path.
class Checker {
 public:
  template <typename... Args>
  void require(bool holds, const At& at, fmt::format_string<Args...> format, Args&&... args) {
    if (!holds) broken_.push_back({at.path(), fmt::format(format, std::forward<Args>(args)...)});
  }
  [[nodiscard]] std::size_t size() const { return broken_.size(); }
  std::vector<Breach> take() { return std::move(broken_); }

 private:
  std::vector<Breach> broken_;
};

// The rules by subject. `at` is the value that is looked at, or the object that holds it.

void check_metadata(Checker& checker, const ObjectMeta& meta);

void check_hosts(Checker& checker, const At& spec, const ServiceEntry& entry);
void check_export_to(Checker& checker, const At& spec, const ServiceEntry& entry);
void check_selector(Checker& checker, const At& spec, const WorkloadSelector& selector);

void check_addresses(Checker& checker, const At& spec, const ServiceEntry& entry);
void check_ports(Checker& checker, const At& spec, const ServiceEntry& entry, const Written& written);

/// What holds of an endpoint whatever it belongs to. `good_labels`: what was found to be no breach of any rule.
void check_endpoint(Checker& checker, const At& at, const Endpoint& endpoint, bool ports_are_empty,
                    SharedPairs& good_labels);
/// What a ServiceEntry asks of its endpoints.
void check_endpoints(Checker& checker, const At& spec, const ServiceEntry& entry, const Written& written);

/// What a resolution allows and needs.
void check_resolution(Checker& checker, const At& spec, const ServiceEntry& entry, const Written& written);

inline bool resolves_by_name(Resolution resolution) {
  return resolution == Resolution::dns || resolution == Resolution::dns_round_robin;
}

/// Protocols as Istio reads them, whatever their case. None is legal: then Istio finds out.
bool is_protocol(std::string_view text);
/// Whether a protocol tells the hosts that share a port apart: by the request, or by the TLS server name.
bool tells_hosts_apart(std::string_view protocol);

inline constexpr std::uint32_t kMaxPort = 65535;

}  // namespace r2i
