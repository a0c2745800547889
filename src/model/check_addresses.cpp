#include "model/checker.hpp"

namespace r2i {

void check_addresses(Checker& checker, const At& spec, const ServiceEntry& entry) {
  constexpr std::size_t kMaxAddresses = 256;
  constexpr std::size_t kMaxLength = 64;
  const At addresses = spec.field("addresses");
  checker.require(entry.addresses.size() <= kMaxAddresses, addresses, "{} of them; at most {} are allowed",
                  entry.addresses.size(), kMaxAddresses);
  for (std::size_t i = 0; i < entry.addresses.size(); ++i) {
    const std::string& address = entry.addresses[i];
    checker.require(is_subnet(address) || is_zoned_ip_address(address), addresses.item(i),
                    "{} is neither an IP address nor a subnet, as in \"240.0.0.1\" and \"10.0.0.0/8\"", Quote{address});
    checker.require(address.size() <= kMaxLength, addresses.item(i), "longer than {} characters", kMaxLength);
  }
}

}  // namespace r2i
