#include "base/json_tokens.hpp"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace r2i {

namespace {

// What a token's offset takes, four bytes, is about what a token takes in the text: this and its window fit in a cache.
constexpr std::size_t kWindow = std::size_t{256} << 10;
constexpr std::size_t kSmallest = std::size_t{16} << 10;
constexpr std::size_t kDepth = 1;  // of simdjson's second stage, which is not used

// How much deeper one is behind a token.
constexpr std::array<signed char, 256> kDeeper = [] {
  std::array<signed char, 256> deeper{};
  deeper['{'] = deeper['['] = 1;
  deeper['}'] = deeper[']'] = -1;
  return deeper;
}();

// Of a text of which nothing more can be told.
constexpr std::array<std::uint32_t, 2> kNothing{};

}  // namespace

JsonTokens::JsonTokens() = default;
JsonTokens::JsonTokens(JsonTokens&&) noexcept = default;
JsonTokens& JsonTokens::operator=(JsonTokens&&) noexcept = default;
JsonTokens::~JsonTokens() = default;

JsonTokens::Error JsonTokens::open(std::string_view text) {
  rest_ = text;
  longest_ = kWindow;
  error_ = simdjson::SUCCESS;
  // A later window's could not be mended any more: texts of the windows before it are in use by then.
  if (text.size() > kWindow && !simdjson::validate_utf8(text)) error_ = simdjson::UTF8_ERROR;
  next_window();
  return error_ == simdjson::SUCCESS && at_end() ? simdjson::EMPTY : error_;
}

void JsonTokens::next_window() {
  while (error_ == simdjson::SUCCESS && !rest_.empty()) {
    const std::size_t cut = rest_.size() > longest_ ? rest_.find('\n', longest_) : std::string_view::npos;
    const std::string_view window = rest_.substr(0, cut == std::string_view::npos ? cut : cut + 1);
    error_ = index(window);
    if (error_ == simdjson::SUCCESS || error_ == simdjson::EMPTY) rest_.remove_prefix(window.size());
    if (error_ == simdjson::SUCCESS) return;
    const bool open_line = error_ == simdjson::UNCLOSED_STRING || error_ == simdjson::UNESCAPED_CHARS;
    if (error_ == simdjson::EMPTY) {
      error_ = simdjson::SUCCESS;
    } else if (open_line && std::exchange(longest_, 0) != 0) {
      // Once more, line by line: which one is it? The first stage tells of bad UTF-8 only where no string is open.
      error_ = simdjson::validate_utf8(rest_) ? simdjson::SUCCESS : simdjson::UTF8_ERROR;
    }
  }
  // Where no token begins: behind the text, or behind the line that is no JSON.
  window_ = rest_.data() + (rest_.empty() ? 0 : std::min(rest_.find('\n'), rest_.size()));
  at_ = end_ = kNothing.data();
}

JsonTokens::Error JsonTokens::index(std::string_view window) {
  if (!stage_ || stage_->capacity() < window.size()) {
    const std::size_t capacity = std::max(window.size(), kSmallest);
    const auto error =
        simdjson::get_active_implementation()->create_dom_parser_implementation(capacity, kDepth, stage_);
    if (error != simdjson::SUCCESS) return error;
  }
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(window.data());
  const auto error = stage_->stage1(bytes, window.size(), simdjson::stage1_mode::regular);
  window_ = window.data();
  at_ = stage_->structural_indexes.get();
  end_ = at_ + stage_->n_structural_indexes;
  mark_escapes(window);
  return error;
}

void JsonTokens::mark_escapes(std::string_view window) {
  escapes_.clear();
  auto at = window.find('\\');
  if (at != std::string_view::npos) escapes_.resize(window.size() / kBlock + 1);
  for (; at != std::string_view::npos; at = window.find('\\', (at / kBlock + 1) * kBlock)) escapes_[at / kBlock] = 1;
}

void JsonTokens::stop() {
  window_ = "";
  at_ = end_ = kNothing.data();
}

bool JsonTokens::close(std::size_t depth) {
  auto open = static_cast<std::ptrdiff_t>(depth);
  while (!at_end()) {
    do {
      open += kDeeper[static_cast<unsigned char>(window_[*at_++])];
    } while (open != 0 && at_ != end_);
    if (at_end()) next_window();
    if (open == 0) return true;
  }
  return false;
}

}  // namespace r2i
