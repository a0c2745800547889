#include "sources/value_path.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <charconv>

namespace r2i::sources {

namespace {

using Problem = tl::unexpected<std::string>;

}  // namespace

tl::expected<ValuePath, std::string> ValuePath::parse(std::string_view text) {
  ValuePath path;
  text = trim(text);
  path.text_ = text;
  if (const auto question = text.find('?'); question != std::string_view::npos) {
    path.parameter_ = text.substr(question + 1);
    text = text.substr(0, question);
  }
  if (text.empty()) return Problem(fmt::format("{} leads nowhere", in_quotes(path.text_)));
  if (text.front() == '{') {
    path.root_ = Root::part;
    if (text.back() != '}' || text.size() < 3)
      return Problem(fmt::format("{}: expected {{NAME}}", in_quotes(path.text_)));
    path.part_ = text.substr(1, text.size() - 2);
    return path;
  }
  if (text.front() == '$') {
    path.root_ = Root::value;
    text.remove_prefix(1);
    if (text.empty()) return path;
    if (text.front() != '.' && text.front() != '[')
      return Problem(fmt::format("{}: behind $ there must be a . or a [", in_quotes(path.text_)));
  } else if (text.front() == '.') {
    return Problem(fmt::format("{} begins with a dot", in_quotes(path.text_)));
  }
  if (auto parsed = path.parse_steps(text); !parsed)
    return Problem(fmt::format("{}: {}", in_quotes(path.text_), parsed.error()));
  return path;
}

tl::expected<void, std::string> ValuePath::parse_steps(std::string_view text) {
  while (!text.empty()) {
    if (text.front() == '[') {
      const auto rest = parse_bracket(text);
      if (!rest) return Problem(rest.error());
      text = *rest;
      continue;
    }
    if (text.front() == '.') text.remove_prefix(1);
    const auto end = text.find_first_of(".[]{}");
    const std::string_view name = text.substr(0, end);
    if (name.empty()) return Problem("a name is missing");
    steps_.push_back({Step::Kind::member, std::string(name)});
    text = end == std::string_view::npos ? std::string_view() : text.substr(end);
    if (!text.empty() && text.front() != '.' && text.front() != '[')
      return Problem(fmt::format("unexpected {}", text.front()));
  }
  return {};
}

/// `[0]`, `[*]` or `['a.b']`; what is behind it.
tl::expected<std::string_view, std::string> ValuePath::parse_bracket(std::string_view text) {
  if (text.starts_with("['")) {
    const auto close = text.find("']", 2);
    if (close == std::string_view::npos) return Problem("the end '] is missing");
    steps_.push_back({Step::Kind::member, std::string(text.substr(2, close - 2))});
    return text.substr(close + 2);
  }
  const auto close = text.find(']');
  if (close == std::string_view::npos) return Problem("a ] is missing");
  const std::string_view inside = text.substr(1, close - 1);
  Step step{Step::Kind::every};
  if (inside != "*") {
    step.kind = Step::Kind::item;
    const auto [end, code] = std::from_chars(inside.data(), inside.data() + inside.size(), step.position);
    if (code != std::errc() || end != inside.data() + inside.size())
      return Problem(fmt::format("[{}] is neither a position, nor [*], nor ['a name']", inside));
  }
  steps_.push_back(std::move(step));
  return text.substr(close + 1);
}

std::string ValuePath::name() const {
  if (parameter_ && !parameter_->empty()) return *parameter_;
  if (root_ == Root::part) return part_;
  for (auto step = steps_.rbegin(); step != steps_.rend(); ++step) {
    if (step->kind == Step::Kind::member) return step->name;
  }
  return text_;
}

}  // namespace r2i::sources
