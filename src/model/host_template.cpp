#include "model/host_template.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace r2i {

namespace {

using Variable = HostTemplate::Variable;

constexpr auto kVariables = std::to_array<std::pair<std::string_view, Variable>>({
    {"service", Variable::service},
    {"group", Variable::group},
    {"namespace", Variable::nspace},
    {"datacenter", Variable::datacenter},
    {"kind", Variable::kind},
    {"source", Variable::source},
    {"scope", Variable::scope},
    {"peer", Variable::peer},
});

std::vector<std::string> variable_names() {
  std::vector<std::string> names;
  for (const auto& [name, variable] : kVariables) names.emplace_back(name);
  return names;
}

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

}  // namespace

tl::expected<HostTemplate, std::string> HostTemplate::parse(std::string_view text) {
  HostTemplate result;
  result.text_ = text;
  bool has_service = false;
  while (!text.empty()) {
    const auto open = text.find('{');
    const std::string_view literal = text.substr(0, open);
    const auto bad = std::ranges::find_if_not(literal, is_host_character);
    if (bad != literal.end()) {
      return tl::make_unexpected(fmt::format("{} cannot stand in a host: use a-z, 0-9, '-', '.' and {{variables}}",
                                             in_quotes(std::string_view(bad, literal.end()).substr(0, 1))));
    }
    if (!literal.empty()) result.parts_.push_back({std::string(literal), {}});
    if (open == std::string_view::npos) break;
    const auto close = text.find('}', open);
    if (close == std::string_view::npos) return tl::make_unexpected(std::string("a '{' is not closed"));
    const std::string_view name = text.substr(open + 1, close - open - 1);
    const auto found = std::ranges::find(kVariables, name, &std::pair<std::string_view, Variable>::first);
    if (found == kVariables.end()) {
      return tl::make_unexpected(fmt::format("unknown variable {}{}; there are {}", in_quotes(name),
                                             did_you_mean(name, variable_names()), join(variable_names(), ", ")));
    }
    has_service |= found->second == Variable::service;
    result.parts_.push_back({{}, found->second});
    text.remove_prefix(close + 1);
  }
  if (!has_service)
    return tl::make_unexpected(std::string("it lacks {service}: every service would have the same host"));
  return result;
}

}  // namespace r2i
