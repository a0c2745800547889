#include "kube/warning_header.hpp"

#include "base/text.hpp"
#include "model/codes.hpp"

#include <algorithm>
#include <optional>

namespace r2i::kube {

namespace {

/// Takes a word up to a blank off the front of `text`, and the blanks behind it.
std::string_view take_word(std::string_view& text) {
  const auto word = text.substr(0, text.find(' '));
  text.remove_prefix(word.size());
  while (text.starts_with(' ')) text.remove_prefix(1);
  return word;
}

/// Takes a quoted string off the front, without its quotes and escapes; nothing if there is none.
std::optional<std::string> take_quoted(std::string_view& text) {
  if (!text.starts_with('"')) return std::nullopt;
  std::string content;
  for (std::size_t at = 1; at < text.size(); ++at) {
    if (text[at] == '"') {
      text.remove_prefix(at + 1);
      return content;
    }
    if (text[at] == '\\' && ++at == text.size()) break;
    content += text[at];
  }
  return std::nullopt;
}

}  // namespace

std::vector<std::string> read_warnings(std::string_view header) {
  std::vector<std::string> warnings;
  while (!header.empty()) {
    while (header.starts_with(' ') || header.starts_with(',')) header.remove_prefix(1);
    const auto code = take_word(header);
    take_word(header);  // the agent
    auto text = take_quoted(header);
    if (!text) break;
    if (code == "299" && !text->empty()) warnings.push_back(*std::move(text));
    header.remove_prefix(std::min(header.find(','), header.size()));  // an optional date
  }
  return warnings;
}

void Warnings::report(const net::HttpAnswer& answer) {
  for (const std::string_view value : answer.headers.find_all("warning")) {
    for (std::string& text : read_warnings(value)) {
      text = clean_text(text);
      if (reported_.insert(text).second) diagnostics_.report(diagnose(Code::api_warning, server_, std::move(text)));
    }
  }
}

}  // namespace r2i::kube
