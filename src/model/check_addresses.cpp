#include "model/checker.hpp"

#include <algorithm>

namespace r2i {

namespace {

/// As Istio tells them apart: what has one slash is a subnet. A zone may have more of them.
bool is_address_or_subnet(std::string_view text) {
  return std::ranges::count(text, '/') == 1 ? is_subnet(text) : is_zoned_ip_address(text);
}

}  // namespace

void check_addresses(Checker& checker, const At& spec, const ServiceEntry& entry) {
  constexpr std::size_t kMaxAddresses = 256;
  constexpr std::size_t kMaxLength = 64;
  const At addresses = spec.field("addresses");
  checker.require(entry.addresses.size() <= kMaxAddresses, addresses, "{} of them; at most {} are allowed",
                  entry.addresses.size(), kMaxAddresses);
  for (std::size_t i = 0; i < entry.addresses.size(); ++i) {
    const std::string& address = entry.addresses[i];
    checker.require(is_address_or_subnet(address), addresses.item(i),
                    "{} is neither an IP address nor a subnet, as in \"240.0.0.1\" and \"10.0.0.0/8\"", Quote{address});
    checker.require(address.size() <= kMaxLength, addresses.item(i), "longer than {} characters", kMaxLength);
  }
}

}  // namespace r2i
