#include "base/glob.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <fmt/format.h>
#include <re2/re2.h>
#include <re2/set.h>

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

std::string to_regex(std::string_view glob) {
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

RE2::Options options() {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_encoding(RE2::Options::EncodingLatin1);
  return options;
}

}  // namespace

struct GlobSet::Impl {
  RE2::Set set{options(), RE2::ANCHOR_BOTH};
  bool empty = true;
};

GlobSet::GlobSet(const std::vector<std::string>& globs) : impl_(std::make_unique<Impl>()) {
  for (const std::string& glob : globs) {
    std::string error;
    if (impl_->set.Add(to_regex(glob), &error) < 0)
      throw Error(ErrorKind::usage, fmt::format("{}: {}", in_quotes(glob), error));
    impl_->empty = false;
  }
  if (!impl_->empty && !impl_->set.Compile()) throw Error(ErrorKind::usage, "the globs are too many or too long");
}

GlobSet::GlobSet(GlobSet&&) noexcept = default;
GlobSet& GlobSet::operator=(GlobSet&&) noexcept = default;
GlobSet::~GlobSet() = default;

bool GlobSet::empty() const {
  return impl_->empty;
}

bool GlobSet::matches(std::string_view name) const {
  return !impl_->empty && impl_->set.Match(re2::StringPiece(name.data(), name.size()), nullptr);
}

}  // namespace r2i
