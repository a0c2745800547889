#include "transform/locality.hpp"

#include "base/text.hpp"
#include "transform/metadata.hpp"
#include "transform/variables.hpp"

#include <algorithm>

namespace r2i::transform {

namespace {

constexpr std::size_t kMaxParts = 3;
constexpr std::size_t kMaxPart = 128;  // three of them stay below the CRD's 2048

// '*' is a wildcard in Istio's locality settings.
std::string legal(std::string_view part) {
  std::string result = clean_text(trim(part.substr(0, std::min(part.size(), kMaxPart))));
  for (char& c : result) {
    if (c == '*' || c == '\n' || c == '\t') c = '-';
  }
  return result;
}

/// What names of regions and datacenters are made of.
bool is_usual(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || c == '-';
}

/// At most three parts, up to the first one that is empty.
std::string shortened(std::string_view rest) {
  if (rest.size() <= kMaxPart && std::ranges::all_of(rest, is_usual)) return std::string(rest);  // one part, and legal
  std::string locality;
  for (std::size_t i = 0; i < kMaxParts && !rest.empty(); ++i) {
    const auto slash = rest.find('/');
    const std::string part = legal(rest.substr(0, slash));
    if (part.empty()) break;
    if (i > 0) locality += '/';
    locality += part;
    rest = slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1);
  }
  return locality;
}

std::string_view origin_of(const Instance& instance, const Choices& choices) {
  if (choices.locality != nullptr) return choices.locality->origin;
  return instance.locality.empty() ? "the datacenter" : "the registry";
}

std::string stated_locality(const Service& service, const Instance& instance, const Choices& choices) {
  if (choices.locality == nullptr) return instance.locality.empty() ? service.scope->datacenter : instance.locality;
  const auto& [text, key] = choices.locality->value;
  if (!key.empty()) return metadata_value(service, &instance, key).value_or("");
  return fill(text, service);
}

/// The locality with the longest of its first parts that the maps know replaced; later maps win.
std::string mapped(const std::string& locality, const Chosen<TextMap>& maps, std::string* origin) {
  for (std::size_t end = locality.size(); end != std::string::npos && end > 0; end = locality.rfind('/', end - 1)) {
    for (auto map = maps.rbegin(); map != maps.rend(); ++map) {
      const auto found = (*map)->value.find(locality.substr(0, end));
      if (found == (*map)->value.end()) continue;
      if (origin != nullptr) *origin += ", localityMap of " + (*map)->origin;
      return found->second + locality.substr(end);
    }
  }
  return locality;
}

}  // namespace

std::string locality_of(const Service& service, const Instance& instance, const Choices& choices, std::string* origin) {
  if (origin != nullptr) *origin = origin_of(instance, choices);
  const std::string locality = shortened(stated_locality(service, instance, choices));
  return choices.locality_map.empty() ? locality : shortened(mapped(locality, choices.locality_map, origin));
}

}  // namespace r2i::transform
