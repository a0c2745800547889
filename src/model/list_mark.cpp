#include "model/list_mark.hpp"

#include "base/text.hpp"
#include "base/url.hpp"

#include <algorithm>
#include <utility>

namespace r2i {

namespace {

std::string escaped(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (const char c : text) {
    if (c == ',') {
      result += "%2C";
    } else if (c == '%') {
      result += "%25";
    } else {
      result += c;
    }
  }
  return result;
}

}  // namespace

std::string list_mark(std::vector<std::string> texts) {
  std::ranges::sort(texts);
  const auto twins = std::ranges::unique(texts);
  texts.erase(twins.begin(), twins.end());
  for (std::string& text : texts) text = escaped(text);
  return join(texts, ",");
}

std::vector<std::string> read_list_mark(std::string_view mark) {
  std::vector<std::string> texts;
  for (const std::string& text : split(mark, ',')) texts.push_back(percent_decode(text));
  return texts;
}

}  // namespace r2i
