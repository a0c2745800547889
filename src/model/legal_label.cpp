#include "model/legal_label.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace r2i {

std::string legal_label_text(std::string_view text) {
  constexpr std::size_t kMaxLength = 63;
  std::string result;
  for (const char c : text.substr(0, std::min(text.size(), kMaxLength))) {
    result += is_alnum(c) || c == '-' || c == '_' || c == '.' ? c : '-';
  }
  while (!result.empty() && !is_alnum(result.back())) result.pop_back();
  result.erase(0, static_cast<std::size_t>(std::ranges::find_if(result, is_alnum) - result.begin()));
  return result;
}

}  // namespace r2i
