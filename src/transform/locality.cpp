#include "transform/locality.hpp"

#include "base/text.hpp"

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

}  // namespace

std::string locality_of(const Scope& scope, const Instance& instance) {
  std::string_view rest = instance.locality.empty() ? scope.datacenter : instance.locality;
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

}  // namespace r2i::transform
