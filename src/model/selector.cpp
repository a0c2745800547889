#include "model/selector.hpp"

#include "base/hash.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace r2i {

namespace {

constexpr std::size_t kMaxLabelValue = 63;
constexpr std::size_t kHashDigits = 10;

}  // namespace

std::string cut_with_hash(std::string_view text, std::string_view hashed, std::size_t limit) {
  std::string head(text.substr(0, std::min(text.size(), limit - kHashDigits - 1)));
  while (head.ends_with('-') || head.ends_with('.')) head.pop_back();
  return fmt::format("{}-{}", head, short_hash(hashed, kHashDigits));
}

std::string selector_value(const std::string& host) {
  return host.size() <= kMaxLabelValue ? host : cut_with_hash(host, host, kMaxLabelValue);
}

}  // namespace r2i
