#include "transform/address.hpp"

#include "base/text.hpp"
#include "model/check.hpp"

#include <fmt/format.h>

#include <arpa/inet.h>

namespace r2i::transform {

namespace {

/// Without `[…]` around and `%zone` behind: the API server takes neither.
std::string_view bare(std::string_view address) {
  address = trim(address);
  if (address.size() > 2 && address.front() == '[' && address.back() == ']')
    address = address.substr(1, address.size() - 2);
  if (address.find(':') != std::string_view::npos) address = address.substr(0, address.find('%'));
  return address;
}

bool parse_ip(const std::string& address, Candidate& candidate) {
  if (address.find('\0') != std::string::npos) return false;
  auto& bytes = candidate.key.bytes;
  if (::inet_pton(AF_INET, address.c_str(), bytes.data()) == 1) {
    candidate.key.family = 0;
    candidate.address = address;
    return true;
  }
  if (::inet_pton(AF_INET6, address.c_str(), bytes.data()) != 1) return false;
  std::array<char, INET6_ADDRSTRLEN> text{};
  candidate.key.family = 1;
  candidate.address = ::inet_ntop(AF_INET6, bytes.data(), text.data(), text.size());
  return true;
}

bool is_unspecified(const AddressKey& key) {
  return key.family < 2 && key.bytes == AddressKey{}.bytes;
}

}  // namespace

bool resolve_address(Candidate& candidate) {
  const Instance& instance = *candidate.instance;
  const std::string address(bare(instance.address.empty() ? instance.node_address : instance.address));
  if (parse_ip(address, candidate)) return !is_unspecified(candidate.key);
  candidate.address = to_lower(address);
  if (candidate.address.ends_with('.')) candidate.address.pop_back();
  return is_host_name(candidate.address);
}

std::string display(const Service& service, const Instance& instance) {
  std::string text = service.display() + ", instance";
  if (!instance.id.empty()) text += " " + in_quotes(instance.id);
  if (!instance.node.empty()) text += " on " + in_quotes(instance.node);
  const std::string& address = instance.address.empty() ? instance.node_address : instance.address;
  text += fmt::format(" ({}", clean_text(address));
  if (!instance.ports.empty()) text += fmt::format(":{}", instance.ports.front().number);
  return text + ")";
}

}  // namespace r2i::transform
