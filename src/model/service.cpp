#include "model/service.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace r2i {

namespace {
constexpr std::array<std::string_view, 5> kHealthNames = {"passing", "warning", "critical", "maintenance", "disabled"};
}

std::optional<std::string_view> find_value(const Pairs& pairs, std::string_view key) {
  const auto found = std::ranges::find(pairs, key, &std::pair<std::string, std::string>::first);
  if (found == pairs.end()) return std::nullopt;
  return found->second;
}

std::string Scope::display() const {
  return fmt::format("{}/{}", source->name, name);
}

std::string Service::display() const {
  return fmt::format("service {} of {}", in_quotes(name), scope->display());
}

std::string_view to_string(Health health) {
  return kHealthNames[static_cast<std::size_t>(health)];
}

std::optional<Health> health_from(std::string_view text) {
  const auto found = std::ranges::find(kHealthNames, text);
  if (found == kHealthNames.end()) return std::nullopt;
  return static_cast<Health>(found - kHealthNames.begin());
}

}  // namespace r2i
