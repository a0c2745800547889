#include "base/network.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>

namespace r2i {

namespace {

constexpr unsigned kByte = 8;

unsigned width_of(const IpAddress& address) {
  constexpr unsigned kV4 = 32;
  constexpr unsigned kV6 = 128;
  return address.is_v6 ? kV6 : kV4;
}

/// The address with all bits from `bits` on set to 0.
IpAddress masked(IpAddress address, unsigned bits) {
  for (unsigned i = 0; i < address.bytes.size(); ++i) {
    const unsigned kept = std::clamp(bits, i * kByte, (i + 1) * kByte) - i * kByte;
    address.bytes.at(i) &= static_cast<unsigned char>(0xFF00U >> kept);
  }
  return address;
}

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  const std::string copy(text);
  if (copy.find('\0') != std::string::npos) return std::nullopt;
  IpAddress address;
  if (::inet_pton(AF_INET, copy.c_str(), address.bytes.data()) == 1) return address;
  address.is_v6 = true;
  if (::inet_pton(AF_INET6, copy.c_str(), address.bytes.data()) == 1) return address;
  return std::nullopt;
}

std::string IpAddress::text() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (is_v6) return ::inet_ntop(AF_INET6, bytes.data(), text.data(), text.size());
  char* end = text.data();
  for (std::size_t i = 0; i < 4; ++i) {
    if (i > 0) *end++ = '.';
    end = std::to_chars(end, text.data() + text.size(), bytes[i]).ptr;
  }
  return {text.data(), end};
}

tl::expected<IpNetwork, std::string> IpNetwork::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = IpAddress::parse(text.substr(0, slash));
  if (!address) return tl::make_unexpected(fmt::format("{} is no IP address or network", in_quotes(text)));
  IpNetwork network;
  network.first_ = *address;
  network.bits_ = width_of(*address);
  if (slash == std::string_view::npos) return network;
  const std::string_view bits = text.substr(slash + 1);
  const auto [end, code] = std::from_chars(bits.data(), bits.data() + bits.size(), network.bits_);
  if (code != std::errc() || end != bits.data() + bits.size() || network.bits_ > width_of(*address))
    return tl::make_unexpected(
        fmt::format("{}: expected a prefix length up to {}", in_quotes(text), width_of(*address)));
  const IpAddress first = masked(*address, network.bits_);
  if (first != *address) {
    return tl::make_unexpected(fmt::format("{} has bits behind its prefix; the network is {}/{}", in_quotes(text),
                                           first.text(), network.bits_));
  }
  return network;
}

bool IpNetwork::contains(const IpAddress& address) const {
  return address.is_v6 == first_.is_v6 && masked(address, bits_) == first_;
}

std::string IpNetwork::text() const {
  const unsigned whole = first_.is_v6 ? 128 : 32;
  return bits_ == whole ? first_.text() : fmt::format("{}/{}", first_.text(), bits_);
}

bool contains(const std::vector<IpNetwork>& networks, const IpAddress& address) {
  return std::ranges::any_of(networks, [&](const IpNetwork& network) { return network.contains(address); });
}

}  // namespace r2i
