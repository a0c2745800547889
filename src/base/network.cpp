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

/// The first `bits` are 1.
std::array<unsigned char, 16> mask_of(unsigned bits) {
  std::array<unsigned char, 16> mask{};
  for (unsigned i = 0; i < mask.size(); ++i) {
    const unsigned kept = std::clamp(bits, i * kByte, (i + 1) * kByte) - i * kByte;
    mask.at(i) = static_cast<unsigned char>(0xFF00U >> kept);
  }
  return mask;
}

/// Four numbers of up to three digits and no zero in front, as inet_pton takes them. Most addresses are such, and each
/// comes by here more than once.
bool parse_v4(std::string_view text, std::array<unsigned char, 16>& bytes) {
  constexpr unsigned kMost = 255;
  const char* at = text.data();
  const char* const end = at + text.size();
  for (std::size_t part = 0; part < 4; ++part) {
    if (part > 0 && (at == end || *at++ != '.')) return false;
    if (at == end || !is_digit(*at)) return false;
    auto number = static_cast<unsigned>(*at++ - '0');
    for (int more = number == 0 ? 0 : 2; more > 0 && at != end && is_digit(*at); --more)
      number = number * 10 + static_cast<unsigned>(*at++ - '0');
    if (number > kMost) return false;
    bytes[part] = static_cast<unsigned char>(number);
  }
  return at == end;
}

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  IpAddress address;
  if (parse_v4(text, address.bytes)) return address;
  if (text.find(':') == std::string_view::npos || text.find('\0') != std::string_view::npos) return std::nullopt;
  address.is_v6 = true;
  if (::inet_pton(AF_INET6, std::string(text).c_str(), address.bytes.data()) == 1) return address;
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
  network.mask_ = mask_of(network.bits_);
  if (slash == std::string_view::npos) return network;
  const std::string_view bits = text.substr(slash + 1);
  const auto [end, code] = std::from_chars(bits.data(), bits.data() + bits.size(), network.bits_);
  if (code != std::errc() || end != bits.data() + bits.size() || network.bits_ > width_of(*address))
    return tl::make_unexpected(
        fmt::format("{}: expected a prefix length up to {}", in_quotes(text), width_of(*address)));
  network.mask_ = mask_of(network.bits_);
  IpAddress first = *address;
  for (std::size_t i = 0; i < first.bytes.size(); ++i) first.bytes.at(i) &= network.mask_.at(i);
  if (first != *address) {
    return tl::make_unexpected(fmt::format("{} has bits behind its prefix; the network is {}/{}", in_quotes(text),
                                           first.text(), network.bits_));
  }
  return network;
}

bool IpNetwork::contains(const IpAddress& address) const {
  unsigned char differs = 0;
  for (std::size_t i = 0; i < mask_.size(); ++i)
    differs |= static_cast<unsigned char>((address.bytes[i] ^ first_.bytes[i]) & mask_[i]);
  return differs == 0 && address.is_v6 == first_.is_v6;
}

std::string IpNetwork::text() const {
  const unsigned whole = first_.is_v6 ? 128 : 32;
  return bits_ == whole ? first_.text() : fmt::format("{}/{}", first_.text(), bits_);
}

bool contains(const std::vector<IpNetwork>& networks, const IpAddress& address) {
  return std::ranges::any_of(networks, [&](const IpNetwork& network) { return network.contains(address); });
}

}  // namespace r2i
