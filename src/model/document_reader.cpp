#include "model/document_reader.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace r2i {

bool DocumentReader::expect(JsonCursor::Type type, std::string_view name) {
  const auto found = cursor_.type();
  if (found == type) return true;
  if (!cursor_.fault()) find(cursor_.offset(), fmt::format("expected {}, got {}", name, describe_type(found)));
  cursor_.skip();
  return false;
}

bool DocumentReader::comes_twice(SeenKeys& seen, std::size_t keys_before, std::string_view key) const {
  constexpr std::size_t kMany = 32;
  const auto first = keys_.begin() + static_cast<std::ptrdiff_t>(keys_before);
  if (seen.many) return !seen.many->insert(key).second;
  if (keys_.size() - keys_before >= kMany) {
    seen.many = std::make_unique<std::unordered_set<std::string_view>>(first, keys_.end());
    return !seen.many->insert(key).second;
  }
  constexpr std::uint64_t kBits = 64;
  const std::uint64_t sum = key.empty() ? 0
                                        : key.size() + 7ULL * static_cast<unsigned char>(key.front()) +
                                              31ULL * static_cast<unsigned char>(key.back());
  const std::uint64_t mark = std::uint64_t{1} << (sum % kBits);
  const bool perhaps = (seen.marks & mark) != 0;
  seen.marks |= mark;
  return perhaps && std::find(first, keys_.end(), key) != keys_.end();
}

void DocumentReader::enter_key(SeenKeys& seen, std::size_t keys_before, std::string_view key) {
  path_.push_back({key, 0});
  if (comes_twice(seen, keys_before, key)) find_key("the key comes twice");
  keys_.push_back(key);
}

void DocumentReader::unknown_key(std::string_view key, std::span<const std::string_view> known) {
  if (known.empty()) return;
  const std::vector<std::string> candidates(known.begin(), known.end());
  find_key(fmt::format("unknown key{}", did_you_mean(key, candidates)));
}

void DocumentReader::read(std::string& out) {
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
  list([&] { read(out.emplace_back()); });
}

void DocumentReader::read(Pairs& out) {
  out.clear();
  object({}, [&](std::string_view key) {
    read(out.emplace_back(key, std::string()).second);
    return true;
  });
}

void DocumentReader::find(std::size_t offset, std::string_view message) {
  const std::string where = path();
  findings_.push_back({offset, where.empty() ? std::string(message) : fmt::format("{}: {}", where, message)});
}

void DocumentReader::find_key(std::string_view message) {
  find(cursor_.offset(), message);
  findings_.back().of_key = true;
}

std::vector<Finding> DocumentReader::finish() {
  if (!cursor_.finish()) {
    path_.clear();
    find(cursor_.fault()->offset, cursor_.fault()->message);
  }
  return std::move(findings_);
}

std::string DocumentReader::path() const {
  std::string text;
  for (const Step& step : path_) {
    if (step.key.data() == nullptr) {
      text += fmt::format("[{}]", step.index);
    } else {
      if (!text.empty()) text += '.';
      text += clean_text(step.key);
    }
  }
  return text;
}

}  // namespace r2i
