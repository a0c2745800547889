#pragma once

#include <tl/expected.hpp>

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace r2i {

/// An IP address that compares by its number, IPv4 before IPv6.
struct IpAddress {
  bool is_v6 = false;
  std::array<unsigned char, 16> bytes{};  ///< of IPv4 the first four

  /// Without brackets, zone or port; nothing if it is none.
  static std::optional<IpAddress> parse(std::string_view text);
  /// The shortest form (RFC 5952).
  [[nodiscard]] std::string text() const;

  friend auto operator<=>(const IpAddress&, const IpAddress&) = default;
};

/// `10.0.0.0/8`, `2001:db8::/32`, or one address.
class IpNetwork {
 public:
  /// The error says what is wrong; bits below the mask must be 0.
  static tl::expected<IpNetwork, std::string> parse(std::string_view text);
  [[nodiscard]] bool contains(const IpAddress& address) const;
  /// As it is written; a single address without its mask.
  [[nodiscard]] std::string text() const;

 private:
  IpAddress first_;
  unsigned bits_ = 0;
  std::array<unsigned char, 16> mask_{};  ///< whose first bits_ are 1
};

bool contains(const std::vector<IpNetwork>& networks, const IpAddress& address);

}  // namespace r2i
