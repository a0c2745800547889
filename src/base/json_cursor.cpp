#include "base/json_cursor.hpp"

#include "base/text.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace r2i {

namespace {

std::string explain(JsonTokens::Error code) {
  switch (code) {
    case simdjson::EMPTY:
      return "the document is empty";
    case simdjson::UNCLOSED_STRING:
      return "a string is not closed";
    case simdjson::INCOMPLETE_ARRAY_OR_OBJECT:
      return "the document ends in the middle";
    case simdjson::STRING_ERROR:
      return "a string has an escape or a character that JSON does not allow";
    case simdjson::UNESCAPED_CHARS:
      return "a string has a raw control character";
    case simdjson::NUMBER_ERROR:
      return "not a number that JSON allows";
    case simdjson::UTF8_ERROR:
      return "there are bytes that are no UTF-8";
    case simdjson::CAPACITY:
      return "the document is too large";
    default:
      return "not valid JSON";
  }
}

constexpr bool is_blank(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/// The value of a number of up to nine digits and nothing else, as most are.
std::optional<double> few_digits(std::string_view token) {
  constexpr std::size_t kFew = 9;
  if (token.size() > kFew || (token.front() == '0' && token.size() > 1)) return std::nullopt;
  std::uint32_t value = 0;
  for (const char c : token) {
    if (!is_digit(c)) return std::nullopt;
    value = value * 10 + static_cast<std::uint32_t>(c - '0');
  }
  return value;
}

}  // namespace

struct JsonCursor::Scalars {
  simdjson::ondemand::parser parser;
};

JsonCursor::JsonCursor() = default;
JsonCursor::JsonCursor(JsonCursor&&) noexcept = default;
JsonCursor& JsonCursor::operator=(JsonCursor&&) noexcept = default;
JsonCursor::~JsonCursor() = default;

bool JsonCursor::open(std::string& text) {
  unescaped_.clear();
  fault_.reset();
  depth_ = 0;
  pending_ = false;
  repaired_ = false;
  if (text.starts_with("\xEF\xBB\xBF")) text.replace(0, 3, "   ");
  auto error = tokens_.open(text);
  if (error == simdjson::UTF8_ERROR) {
    text = valid_utf8(text);
    repaired_ = true;
    error = tokens_.open(text);
  }
  begin_ = value_ = text.data();
  end_ = begin_ + text.size();
  if (error != simdjson::SUCCESS) {
    return fail_at(text.data() + (error == simdjson::EMPTY ? 0 : text.size()), explain(error));
  }
  stand();
  if (tokens_.kind() == '{' || tokens_.kind() == '[') return true;
  return fail_at(value_, "expected an object or a list");
}

bool JsonCursor::repaired() const {
  return repaired_;
}

std::size_t JsonCursor::offset() const {
  return static_cast<std::size_t>(value_ - begin_);
}

[[gnu::cold]] bool JsonCursor::fail_at(const char* at, std::string message) {
  if (!fault_) fault_ = Fault{static_cast<std::size_t>(at - begin_), std::move(message)};
  pending_ = false;
  tokens_.stop();  // so that nobody who looks at a token has to ask first whether there was a fault
  return false;
}

/// The current token is not one that may stand here.
[[gnu::cold]] bool JsonCursor::fail_here() {
  if (fault_) return false;
  const auto why = tokens_.at_end() ? simdjson::INCOMPLETE_ARRAY_OR_OBJECT : simdjson::TAPE_ERROR;
  return fail_at(tokens_.start(), explain(tokens_.error() == simdjson::SUCCESS ? why : tokens_.error()));
}

bool JsonCursor::expect(Type wanted) {
  if (fault_) return false;
  if (!pending_) return fail_at(value_, "a value is read twice");
  const Type found = type();
  if (found != wanted && !fault_) {
    fail_at(value_, fmt::format("expected {}, got {}", describe_type(wanted), describe_type(found)));
  }
  pending_ = false;
  return !fault_;
}

JsonCursor::Type JsonCursor::closer_type() {
  const char first = tokens_.kind();
  switch (first) {
    case 't':
    case 'f':
      return Type::boolean;
    case 'n':
      if (token() == "null") return Type::null;
      break;
    default:
      if (first == '-' || is_digit(first)) return Type::number;
      break;
  }
  fail_here();
  return Type::null;
}

/// The text of the current token, a scalar other than a string.
std::string_view JsonCursor::token() const {
  const char* start = tokens_.start();
  const char* end = tokens_.bound();
  while (is_blank(end[-1])) --end;
  return {start, static_cast<std::size_t>(end - start)};
}

/// The same, and steps behind it.
std::string_view JsonCursor::take() {
  const std::string_view taken = token();
  tokens_.advance();
  return taken;
}

/// What stands between two quotes means.
std::string_view JsonCursor::unescape(std::string_view inner) {
  if (inner.find('\\') == std::string_view::npos) return inner;
  std::string_view text;
  return parse({inner.data() - 1, inner.size() + 2}, text) ? unescaped_.emplace_back(text) : text;
}

/// Has simdjson read a scalar.
template <typename Value>
bool JsonCursor::parse(std::string_view taken, Value& result) {
  if (!scalars_) scalars_ = std::make_unique<Scalars>();
  const simdjson::padded_string padded(taken);
  simdjson::ondemand::document document;
  auto error = scalars_->parser.iterate(padded).get(document);
  if (error == simdjson::SUCCESS) error = document.get<Value>().get(result);
  return error == simdjson::SUCCESS || fail_at(taken.data(), explain(error));
}

void JsonCursor::pass_nested() {
  if (!tokens_.close(0)) fail_here();
}

/// Onto what follows in the innermost object or list, which `end` closes; false at its end, which leaves it, and on a
/// fault.
bool JsonCursor::next(char end) {
  pass();
  if (depth_ == 0) return false;
  const bool first = std::exchange(entered_[depth_ - 1], false);
  if (tokens_.kind() == end) {
    tokens_.advance();
    --depth_;
    return false;
  }
  if (first) return true;
  if (tokens_.kind() != ',') return fail_here();
  tokens_.advance();
  return true;
}

/// Where the end of the object stands, or of the tokens that are at hand, or what may not stand there.
JsonCursor::Key JsonCursor::next_unusual_key() {
  if (!next('}')) return {};
  if (tokens_.kind() == '"') {
    const std::string_view key = take_string();
    if (tokens_.kind() == ':') {
      tokens_.advance();
      stand();
      return Key(key);
    }
  }
  fail_here();
  return {};
}

bool JsonCursor::next_item() {
  if (!next(']')) return false;
  stand();
  return true;
}

double JsonCursor::number() {
  if (pending_ && is_digit(tokens_.kind())) {
    pending_ = false;
  } else if (!expect(Type::number)) {
    return 0;
  }
  const std::string_view token = take();
  if (const auto whole = few_digits(token)) return *whole;
  double value = 0;
  parse(token, value);
  return value;
}

std::int64_t JsonCursor::integer() {
  const double value = number();
  // 2^53: what a JSON number holds exactly everywhere.
  constexpr double kMost = 9007199254740992.0;
  if (fault_) return 0;
  if (value != static_cast<double>(static_cast<std::int64_t>(std::clamp(value, -kMost, kMost)))) {
    fail_at(value_, "expected a whole number");
    return 0;
  }
  return static_cast<std::int64_t>(value);
}

std::string_view JsonCursor::written(std::size_t offset) const {
  if (fault_) return {};
  const char* end = tokens_.start();
  while (is_blank(end[-1])) --end;
  return {begin_ + offset, static_cast<std::size_t>(end - begin_) - offset};
}

bool JsonCursor::skip_like(std::string_view written) {
  // One bracket closes another: what begins like a whole object or list is no longer than it.
  if (!pending_ || written.empty() || !std::string_view(value_, end_).starts_with(written)) return false;
  skip();
  return true;
}

bool JsonCursor::boolean() {
  if (!expect(Type::boolean)) return false;
  const std::string_view token = take();
  if (token != "true" && token != "false") fail_at(token.data(), explain(simdjson::TAPE_ERROR));
  return token == "true";
}

void JsonCursor::leave() {
  skip();
  if (fault_ || depth_ == 0) return;
  --depth_;
  if (!tokens_.close(1)) fail_here();
}

void JsonCursor::walk() {
  switch (type()) {
    case Type::object:
      if (enter_object()) {
        while (next_key()) walk();
      }
      return;
    case Type::list:
      if (enter_list()) {
        while (next_item()) walk();
      }
      return;
    case Type::string:
      string();
      return;
    case Type::number:
      number();
      return;
    case Type::boolean:
      boolean();
      return;
    case Type::null:
      skip();
      return;
  }
}

bool JsonCursor::finish() {
  skip();
  while (!fault_ && depth_ > 0) leave();
  if (!fault_ && tokens_.error() != simdjson::SUCCESS) fail_here();
  if (!fault_ && !tokens_.at_end()) {
    fail_at(tokens_.start(), "there is more text after the end of the document");
  }
  return !fault_;
}

std::string_view describe_type(JsonCursor::Type type) {
  switch (type) {
    case JsonCursor::Type::object:
      return "an object";
    case JsonCursor::Type::list:
      return "a list";
    case JsonCursor::Type::string:
      return "a string";
    case JsonCursor::Type::number:
      return "a number";
    case JsonCursor::Type::boolean:
      return "true or false";
    case JsonCursor::Type::null:
      return "null";
  }
  return "a value";
}

LineColumn line_column(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, std::min(offset, text.size()));
  const auto line = static_cast<std::size_t>(std::ranges::count(before, '\n')) + 1;
  const auto start = before.rfind('\n');
  return {line, before.size() - (start == std::string_view::npos ? 0 : start + 1) + 1};
}

}  // namespace r2i
