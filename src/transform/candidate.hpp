#pragma once

#include "model/service.hpp"
#include "transform/choices.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace r2i::transform {

/// An address in a form that compares numerically: IPv4 before IPv6 before host names.
struct AddressKey {
  int family = 2;  ///< 0: IPv4, 1: IPv6, 2: host name
  std::array<unsigned char, 16> bytes{};

  friend auto operator<=>(const AddressKey&, const AddressKey&) = default;
};

using SharedNumbers = Shared<std::vector<std::uint32_t>>;

/// An instance on its way to becoming an endpoint.
struct Candidate {
  const Service* service = nullptr;  ///< that it is an instance of
  const Instance* instance = nullptr;
  const Choices* choices = nullptr;               ///< what was chosen for its instance
  const Decided<HealthPolicy>* health = nullptr;  ///< what was chosen for its service
  double weight = 1;
  std::string address;  ///< canonical: no brackets, no zone, IPv6 in its short form, host names in lower case
  AddressKey key;
  SharedNumbers ports;  ///< by slot (ports.hpp); 0: the instance has none

  [[nodiscard]] bool is_ip() const { return key.family != 2; }
};

/// `service "pay" of consul/dc1, instance "pay-1" on node-3 (10.0.0.1:8080)`: for messages.
std::string display(const Service& service, const Instance& instance);

}  // namespace r2i::transform
