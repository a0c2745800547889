#include "transform/metadata.hpp"

#include <algorithm>
#include <map>

namespace r2i::transform {

std::optional<std::string> metadata_value(const Service& service, const Instance* instance, std::string_view key) {
  if (instance != nullptr) {
    if (const auto own = find_value(instance->metadata, key)) return std::string(*own);
  }
  if (const auto own = find_value(service.metadata, key)) return std::string(*own);
  if (instance != nullptr) return std::nullopt;
  std::map<std::string_view, std::size_t> votes;
  for (const Instance& one : service.instances) {
    if (const auto value = find_value(one.metadata, key)) ++votes[*value];
  }
  if (votes.empty()) return std::nullopt;
  // Of a map's equal elements max_element gives the first.
  return std::string(std::ranges::max_element(votes, {}, [](const auto& vote) { return vote.second; })->first);
}

}  // namespace r2i::transform
