#include "base/pattern_set.hpp"

#include "base/by_text.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

#include <fmt/format.h>
#include <re2/re2.h>
#include <re2/set.h>

#include <algorithm>
#include <cstddef>
#include <set>

namespace r2i {

namespace {

/// The end of the `[…]` that starts at `open`, or npos. A ']' right behind the opening belongs to it.
std::size_t closing_bracket(std::string_view glob, std::size_t open) {
  std::size_t start = open + 1;
  if (start < glob.size() && (glob[start] == '!' || glob[start] == '^')) ++start;
  return glob.find(']', start + 1);
}

std::string bracket_to_regex(std::string_view inside) {
  std::string regex = "[";
  if (inside.starts_with('!') || inside.starts_with('^')) {
    regex += '^';
    inside.remove_prefix(1);
  }
  for (const char c : inside) {
    if (c == '[' || c == ']' || c == '\\' || c == '^') regex += '\\';
    regex += c;
  }
  return regex + "]";
}

std::string glob_to_regex(std::string_view glob) {
  std::string regex;
  for (std::size_t i = 0; i < glob.size(); ++i) {
    if (glob[i] == '*') {
      regex += "(?s:.*)";
    } else if (glob[i] == '?') {
      regex += "(?s:.)";
    } else if (glob[i] == '[') {
      const auto close = closing_bracket(glob, i);
      if (close == std::string_view::npos)
        throw Error(ErrorKind::usage, fmt::format("{}: a '[' is not closed", in_quotes(glob)));
      regex += bracket_to_regex(glob.substr(i + 1, close - i - 1));
      i = close;
    } else {
      if (glob[i] == '\\' && i + 1 < glob.size()) ++i;
      regex += RE2::QuoteMeta(re2::StringPiece(&glob[i], 1));
    }
  }
  return regex;
}

bool is_regex(std::string_view pattern) {
  return pattern.size() > 1 && pattern.starts_with('/') && pattern.ends_with('/');
}

std::string to_regex(std::string_view pattern) {
  return is_regex(pattern) ? std::string(pattern.substr(1, pattern.size() - 2)) : glob_to_regex(pattern);
}

RE2::Options options() {
  constexpr std::int64_t kMemory = std::int64_t{64} << 20;  // of the automaton of all patterns together
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kMemory);
  return options;
}

}  // namespace

/// Patterns that are a text, or the beginning of one (`pay-*`), need no automaton. One of many beginnings would have a
/// state for nearly every text that it meets.
struct PatternSet::Impl {
  RE2::Set set{options(), RE2::ANCHOR_BOTH};
  std::vector<int> of_set;  ///< by the position in the set, that of the pattern
  ByText<std::vector<int>> texts;
  ByText<std::vector<int>> beginnings;
  std::set<std::size_t> lengths;  ///< of the beginnings

  void add(const std::string& pattern, int position) {
    const auto special = is_regex(pattern) ? 0 : pattern.find_first_of("*?[\\");
    if (special == std::string::npos) {
      texts[pattern].push_back(position);
      return;
    }
    if (special + 1 == pattern.size() && pattern.back() == '*') {
      beginnings[pattern.substr(0, special)].push_back(position);
      lengths.insert(special);
      return;
    }
    std::string error;
    if (set.Add(to_regex(pattern), &error) < 0)
      throw Error(ErrorKind::usage, fmt::format("{}: {}", in_quotes(pattern), error));
    of_set.push_back(position);
  }

  /// Calls `found` with the positions of each text and beginning that matches, until it returns true.
  template <typename Found>
  bool find_text(std::string_view text, Found found) const {
    if (const auto same = texts.find(text); same != texts.end() && found(same->second)) return true;
    for (const std::size_t length : lengths) {
      if (length > text.size()) return false;
      const auto begins = beginnings.find(text.substr(0, length));
      if (begins != beginnings.end() && found(begins->second)) return true;
    }
    return false;
  }

  bool match(std::string_view text, std::vector<int>* matching) const {
    if (of_set.empty()) return false;
    RE2::Set::ErrorInfo error{};
    const bool matches = set.Match(re2::StringPiece(text.data(), text.size()), matching, &error);
    // "No match" may also mean that the automaton outgrew its memory.
    if (!matches && error.kind == RE2::Set::kOutOfMemory)
      throw Error(ErrorKind::usage, "the patterns are too many or too long to be matched together");
    return matches;
  }
};

PatternSet::PatternSet(const std::vector<std::string>& patterns) : impl_(std::make_unique<Impl>()) {
  for (const std::string& pattern : patterns) impl_->add(pattern, static_cast<int>(&pattern - patterns.data()));
  if (!impl_->of_set.empty() && !impl_->set.Compile())
    throw Error(ErrorKind::usage, "the patterns are too many or too long");
}

PatternSet::PatternSet(PatternSet&&) noexcept = default;
PatternSet& PatternSet::operator=(PatternSet&&) noexcept = default;
PatternSet::~PatternSet() = default;

bool PatternSet::empty() const {
  return impl_->of_set.empty() && impl_->texts.empty() && impl_->beginnings.empty();
}

bool PatternSet::matches(std::string_view text) const {
  return impl_->find_text(text, [](const auto&) { return true; }) || impl_->match(text, nullptr);
}

std::vector<int> PatternSet::matching(std::string_view text) const {
  std::vector<int> found;
  impl_->match(text, &found);
  for (int& position : found) position = impl_->of_set[static_cast<std::size_t>(position)];
  impl_->find_text(text, [&](const std::vector<int>& positions) {
    found.insert(found.end(), positions.begin(), positions.end());
    return false;
  });
  std::ranges::sort(found);
  return found;
}

}  // namespace r2i
