#include "transform/address.hpp"

#include "base/network.hpp"
#include "base/text.hpp"
#include "model/check.hpp"

#include <fmt/format.h>

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

bool parse_ip(std::string_view address, Candidate& candidate) {
  const auto parsed = IpAddress::parse(address);
  if (!parsed) return false;
  candidate.key = {parsed->is_v6 ? 1 : 0, parsed->bytes};
  // Of IPv4 there is one spelling.
  candidate.address = parsed->is_v6 ? parsed->text() : std::string(address);
  return true;
}

bool is_unspecified(const AddressKey& key) {
  return key.family < 2 && key.bytes == AddressKey{}.bytes;
}

}  // namespace

std::string_view bare_address(const Instance& instance) {
  return bare(instance.address.empty() ? instance.node_address : instance.address);
}

bool resolve_address(Candidate& candidate) {
  const std::string_view address = bare_address(*candidate.instance);
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
  if (!instance.ports.empty()) text += fmt::format(":{}", instance.ports[0].number);
  return text + ")";
}

}  // namespace r2i::transform
