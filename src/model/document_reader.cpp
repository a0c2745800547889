#include "model/document_reader.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>

namespace r2i {

namespace {

constexpr std::size_t kUsual = 4;  // tags, or pairs of metadata, of an instance

}  // namespace

bool DocumentReader::misses(std::string_view name) {
  const auto found = cursor_.type();
  if (!cursor_.fault()) find(cursor_.offset(), fmt::format("expected {}, got {}", name, describe_type(found)));
  cursor_.skip();
  return false;
}

bool DocumentReader::is_among(SeenKeys& seen, std::string_view key) {
  const auto first = keys_.begin() + static_cast<std::ptrdiff_t>(seen.before);
  if (!seen.many && keys_.size() - seen.before < kMany) {
    const bool found = std::find(first, keys_.end(), key) != keys_.end();
    keys_.push_back(key);
    return found;
  }
  if (!seen.many) seen.many = std::make_unique<std::unordered_set<std::string_view>>(first, keys_.end());
  return !seen.many->insert(key).second;
}

void DocumentReader::unknown_key(std::string_view key, std::span<const std::string_view> known) {
  const std::vector<std::string> candidates(known.begin(), known.end());
  find_key(cursor_.offset(), fmt::format("unknown key{}", did_you_mean(key, candidates)));
}

void DocumentReader::read(std::string& out) {
  if (expect(JsonCursor::Type::string, "a string")) out = cursor_.string();
}

void DocumentReader::read(std::string_view& out) {
  if (expect(JsonCursor::Type::string, "a string")) out = cursor_.string();
}

void DocumentReader::read(bool& out) {
  if (expect(JsonCursor::Type::boolean, "true or false")) out = cursor_.boolean();
}

void DocumentReader::read(double& out) {
  if (expect(JsonCursor::Type::number, "a number")) out = cursor_.number();
}

void DocumentReader::read(std::int64_t& out) {
  if (!expect(JsonCursor::Type::number, "a whole number")) return;
  const double value = cursor_.number();
  // Beyond 2^53 a JSON number is not exact everywhere.
  constexpr double kMost = 9007199254740992.0;
  const auto whole = static_cast<std::int64_t>(std::clamp(value, -kMost, kMost));
  if (static_cast<double>(whole) == value) {
    out = whole;
  } else if (!cursor_.fault()) {
    find(cursor_.offset(), fmt::format("expected a whole number, got {}", value));
  }
}

void DocumentReader::read(std::vector<std::string>& out) {
  out.clear();
  list([&] {
    if (out.empty()) out.reserve(kUsual);
    read(out.emplace_back());
  });
}

void DocumentReader::read(Pairs& out) {
  out.clear();
  object({}, [&](std::string_view key) {
    if (out.empty()) out.reserve(kUsual);
    std::string_view value;
    read(value);
    out.emplace_back(key, value);
    return true;
  });
}

void DocumentReader::find(std::size_t offset, std::string_view message) {
  const std::string where = path();
  findings_.push_back({offset, where.empty() ? std::string(message) : fmt::format("{}: {}", where, message)});
}

void DocumentReader::find_key(std::size_t offset, std::string_view message) {
  find(offset, message);
  findings_.back().of_key = true;
}

std::vector<Finding> DocumentReader::finish() {
  if (!cursor_.finish()) {
    innermost_ = nullptr;
    find(cursor_.fault()->offset, cursor_.fault()->message);
  }
  return std::move(findings_);
}

std::string DocumentReader::path() const {
  std::vector<const Level*> levels;
  for (const Level* level = innermost_; level != nullptr; level = level->around) levels.push_back(level);
  std::string text;
  for (const Level* level : levels | std::views::reverse) {
    if (level->key.data() == nullptr) {
      text += fmt::format("[{}]", level->index);
    } else {
      if (!text.empty()) text += '.';
      text += clean_text(level->key);
    }
  }
  return text;
}

}  // namespace r2i
