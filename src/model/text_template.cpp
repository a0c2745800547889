#include "model/text_template.hpp"

#include "base/text.hpp"
#include "model/legal_label.hpp"
#include "model/names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace r2i {

namespace {

using Variable = TextTemplate::Variable;
using Function = TextTemplate::Function;

template <typename Value>
using Names = std::pair<std::string_view, Value>;

constexpr auto kVariables = std::to_array<Names<Variable>>({
    {"service", Variable::service},
    {"group", Variable::group},
    {"namespace", Variable::nspace},
    {"datacenter", Variable::datacenter},
    {"kind", Variable::kind},
    {"source", Variable::source},
    {"scope", Variable::scope},
    {"peer", Variable::peer},
});

struct FunctionRow {
  std::string_view name;
  Function::Kind kind;
  std::size_t arguments;
};
constexpr auto kFunctions = std::to_array<FunctionRow>({
    {"lower", Function::Kind::lower, 0},
    {"replace", Function::Kind::replace, 2},
    {"default", Function::Kind::default_, 1},
    {"label", Function::Kind::label, 0},
});

std::vector<std::string> variable_names() {
  std::vector<std::string> names;
  for (const auto& [name, variable] : kVariables) names.emplace_back(name);
  return names;
}

std::vector<std::string> function_names() {
  std::vector<std::string> names;
  for (const FunctionRow& row : kFunctions) names.emplace_back(row.name);
  return names;
}

tl::expected<Variable, std::string> parse_variable(std::string_view name) {
  const auto found = std::ranges::find(kVariables, name, &Names<Variable>::first);
  if (found != kVariables.end()) return found->second;
  return tl::make_unexpected(fmt::format("unknown variable {}{}; there are {}", in_quotes(name),
                                         did_you_mean(name, variable_names()), join(variable_names(), ", ")));
}

tl::expected<Function, std::string> parse_function(const std::string& text) {
  const std::vector<std::string> words = split(text, ':');
  const auto found = std::ranges::find(kFunctions, words.front(), &FunctionRow::name);
  if (found == kFunctions.end()) {
    return tl::make_unexpected(fmt::format("unknown function {}{}; there are {}", in_quotes(words.front()),
                                           did_you_mean(words.front(), function_names()),
                                           join(function_names(), ", ")));
  }
  if (words.size() != found->arguments + 1) {
    return tl::make_unexpected(fmt::format("{} takes {}, separated by ':', got {}", found->name,
                                           counted(found->arguments, "argument"), words.size() - 1));
  }
  Function function{found->kind, "", ""};
  if (words.size() > 1) function.first = words[1];
  if (words.size() > 2) function.second = words[2];
  if (function.kind == Function::Kind::replace && function.first.empty())
    return tl::make_unexpected(std::string("replace: what is to be replaced is empty"));
  return function;
}

/// What stands between the braces.
tl::expected<TextTemplate::Part, std::string> parse_braces(std::string_view inside) {
  const std::vector<std::string> words = split(inside, '|');
  const auto variable = parse_variable(words.front());
  if (!variable) return tl::make_unexpected(variable.error());
  TextTemplate::Part part{"", *variable, {}};
  for (std::size_t i = 1; i < words.size(); ++i) {
    auto function = parse_function(words[i]);
    if (!function) return tl::make_unexpected(function.error());
    part.functions.push_back(std::move(*function));
  }
  return part;
}

std::string replace_all(std::string_view text, std::string_view what, std::string_view by) {
  std::string result;
  for (auto at = text.find(what); at != std::string_view::npos; at = text.find(what)) {
    result += text.substr(0, at);
    result += by;
    text.remove_prefix(at + what.size());
  }
  return result + std::string(text);
}

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

}  // namespace

tl::expected<TextTemplate, std::string> TextTemplate::parse(std::string_view text) {
  TextTemplate result;
  result.text_ = text;
  while (!text.empty()) {
    const auto open = text.find('{');
    const std::string_view literal = text.substr(0, open);
    if (literal.find('}') != std::string_view::npos) return tl::make_unexpected(std::string("a '}' closes nothing"));
    if (!literal.empty()) result.parts_.push_back({std::string(literal), {}, {}});
    if (open == std::string_view::npos) break;
    const auto close = text.find('}', open);
    if (close == std::string_view::npos) return tl::make_unexpected(std::string("a '{' is not closed"));
    auto part = parse_braces(text.substr(open + 1, close - open - 1));
    if (!part) return tl::make_unexpected(part.error());
    result.parts_.push_back(std::move(*part));
    text.remove_prefix(close + 1);
  }
  return result;
}

tl::expected<TextTemplate, std::string> TextTemplate::parse_host(std::string_view text) {
  auto result = parse(text);
  if (!result) return result;
  std::string shape;  // the host of short values
  for (const Part& part : result->parts_) {
    shape += part.literal.empty() ? "x" : part.literal;
    const auto bad = std::ranges::find_if_not(part.literal, is_host_character);
    if (bad == part.literal.end()) continue;
    return tl::make_unexpected(fmt::format("{} cannot stand in a host: use a-z, 0-9, '-', '.' and {{variables}}",
                                           in_quotes(std::string_view(&*bad, 1))));
  }
  if (shape.empty() || is_host_name(shape)) return result;
  return tl::make_unexpected(std::string(
      "it gives no host name: what stands between two dots has 1 to 63 characters, the first and the last of "
      "them a letter or a digit; all have 253 at most"));
}

bool TextTemplate::names(Variable variable) const {
  return std::ranges::any_of(parts_, [&](const Part& p) { return p.literal.empty() && p.variable == variable; });
}

std::string TextTemplate::fill(const std::function<std::string_view(Variable)>& value_of) const {
  std::string text;
  for (const Part& part : parts_) text += part.literal.empty() ? filled(part, value_of(part.variable)) : part.literal;
  return text;
}

std::string filled(const TextTemplate::Part& part, std::string_view value) {
  std::string text(value);
  for (const Function& function : part.functions) {
    switch (function.kind) {
      case Function::Kind::lower:
        text = to_lower(text);
        break;
      case Function::Kind::replace:
        text = replace_all(text, function.first, function.second);
        break;
      case Function::Kind::default_:
        if (text.empty()) text = function.first;
        break;
      case Function::Kind::label:
        text = legal_label_text(text);
        break;
    }
  }
  return text;
}

}  // namespace r2i
