#include "base/json_cursor.hpp"

#include "base/json_tokens.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <utility>

namespace r2i {

namespace {

// Deeper than any registry's answer; bounds the recursion of who reads what it does not know.
constexpr std::size_t kMaxDepth = 256;

std::string explain(simdjson::error_code code) {
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

struct JsonCursor::Impl {
  JsonTokens tokens;  ///< stands on the value that waits to be read, else behind the one that was read last
  simdjson::ondemand::parser scalars;  ///< reads what takes more than a look
  std::deque<std::string> unescaped;   ///< the strings that do not stand in the text as they are
  const char* begin = nullptr;
  const char* value = nullptr;            ///< the start of the current value, or of the one read last
  std::array<bool, kMaxDepth> entered{};  ///< of each object or list on the way: whether nothing of it was read yet
  std::size_t depth = 0;
  bool pending = false;  ///< the current value has not been read yet
  bool repaired = false;
  std::optional<Fault> fault;

  [[gnu::cold]] bool fail_at(const char* at, std::string message) {
    if (!fault) fault = Fault{static_cast<std::size_t>(at - begin), std::move(message)};
    pending = false;
    tokens.stop();  // so that nobody who looks at a token has to ask first whether there was a fault
    return false;
  }

  /// The current token is not one that may stand here.
  [[gnu::cold]] bool fail_here() {
    if (fault) return false;
    const auto why = tokens.at_end() ? simdjson::INCOMPLETE_ARRAY_OR_OBJECT : simdjson::TAPE_ERROR;
    return fail_at(tokens.start(), explain(tokens.error() == simdjson::SUCCESS ? why : tokens.error()));
  }

  void stand() {
    value = tokens.start();
    pending = true;
  }

  /// The current value is of the wanted type, and counts as read. `first` is what values of the type begin with.
  bool expect(JsonCursor& cursor, Type wanted, char first) {
    if (pending && tokens.kind() == first) {
      pending = false;
      return true;
    }
    return expect(cursor, wanted);
  }

  bool expect(JsonCursor& cursor, Type wanted) {
    if (fault) return false;
    if (!pending) return fail_at(value, "a value is read twice");
    const Type found = cursor.type();
    if (found != wanted && !fault) {
      fail_at(value, fmt::format("expected {}, got {}", describe_type(wanted), describe_type(found)));
    }
    pending = false;
    return !fault;
  }

  bool enter(JsonCursor& cursor, Type type, char first) {
    if (!expect(cursor, type, first)) return false;
    if (depth == kMaxDepth) return fail_at(value, "nested too deeply");
    tokens.advance();
    entered[depth++] = true;
    return true;
  }

  /// The text of the current token, a scalar other than a string.
  [[nodiscard]] std::string_view token() const {
    const char* start = tokens.start();
    const char* end = tokens.bound();
    while (is_blank(end[-1])) --end;
    return {start, static_cast<std::size_t>(end - start)};
  }

  /// The same, and steps behind it.
  std::string_view take() {
    const std::string_view taken = token();
    tokens.advance();
    return taken;
  }

  /// What the current token, a string, means; steps behind it. No view, with the fault kept, if that cannot be told.
  std::string_view take_string() {
    const char* start = tokens.start() + 1;
    const char* end = tokens.bound();
    while (*--end != '"') continue;
    const bool may_have_escapes = tokens.has_escapes();
    tokens.advance();
    return meaning({start, static_cast<std::size_t>(end - start)}, may_have_escapes);
  }

  std::string_view meaning(std::string_view inner, bool may_have_escapes) {
    return !may_have_escapes || inner.find('\\') == std::string_view::npos ? inner : unescape(inner);
  }

  [[gnu::cold]] std::string_view unescape(std::string_view inner) {
    std::string_view text;
    return parse({inner.data() - 1, inner.size() + 2}, text) ? unescaped.emplace_back(text) : text;
  }

  /// The usual way of next_key(): one of the members behind the first.
  std::optional<std::string_view> next_usual_key() {
    pass();
    if (depth == 0 || entered[depth - 1]) return std::nullopt;
    const std::string_view written = tokens.pass_key();
    if (written.data() == nullptr) return std::nullopt;
    stand();
    return meaning(written, tokens.has_escapes());
  }

  /// Has simdjson read a scalar.
  template <typename Value>
  bool parse(std::string_view taken, Value& result) {
    const simdjson::padded_string padded(taken);
    simdjson::ondemand::document document;
    auto error = scalars.iterate(padded).get(document);
    if (error == simdjson::SUCCESS) error = document.get<Value>().get(result);
    return error == simdjson::SUCCESS || fail_at(taken.data(), explain(error));
  }

  /// Past the current value if it still waits to be read.
  void pass() {
    if (pending) pass_pending();
  }

  void pass_pending() {
    pending = false;
    const char kind = tokens.kind();
    if (kind != '{' && kind != '[') {
      tokens.advance();
    } else if (!tokens.close(0)) {
      fail_here();
    }
  }

  /// Onto what follows in the innermost object or list, which `end` closes; false at its end, which leaves it, and on a
  /// fault.
  bool next(char end) {
    pass();
    if (depth == 0) return false;
    const bool first = std::exchange(entered[depth - 1], false);
    if (tokens.kind() == end) {
      tokens.advance();
      --depth;
      return false;
    }
    if (first) return true;
    if (tokens.kind() != ',') return fail_here();
    tokens.advance();
    return true;
  }
};

JsonCursor::JsonCursor() : impl_(std::make_unique<Impl>()) {}
JsonCursor::JsonCursor(JsonCursor&&) noexcept = default;
JsonCursor& JsonCursor::operator=(JsonCursor&&) noexcept = default;
JsonCursor::~JsonCursor() = default;

bool JsonCursor::open(std::string& text) {
  Impl& impl = *impl_;
  impl.unescaped.clear();
  impl.fault.reset();
  impl.depth = 0;
  impl.pending = false;
  impl.repaired = false;
  if (text.starts_with("\xEF\xBB\xBF")) text.replace(0, 3, "   ");
  auto error = impl.tokens.open(text);
  if (error == simdjson::UTF8_ERROR) {
    text = valid_utf8(text);
    impl.repaired = true;
    error = impl.tokens.open(text);
  }
  impl.begin = impl.value = text.data();
  if (error != simdjson::SUCCESS)
    return impl.fail_at(text.data() + (error == simdjson::EMPTY ? 0 : text.size()), explain(error));
  impl.stand();
  if (impl.tokens.kind() == '{' || impl.tokens.kind() == '[') return true;
  return impl.fail_at(impl.value, "expected an object or a list");
}

bool JsonCursor::repaired() const {
  return impl_->repaired;
}
std::size_t JsonCursor::offset() const {
  return static_cast<std::size_t>(impl_->value - impl_->begin);
}
const std::optional<JsonCursor::Fault>& JsonCursor::fault() const {
  return impl_->fault;
}

JsonCursor::Type JsonCursor::type() {
  if (!impl_->pending) return Type::null;
  const char first = impl_->tokens.kind();
  switch (first) {
    case '{':
      return Type::object;
    case '[':
      return Type::list;
    case '"':
      return Type::string;
    case 't':
    case 'f':
      return Type::boolean;
    case 'n':
      if (impl_->token() == "null") return Type::null;
      break;
    default:
      if (first == '-' || is_digit(first)) return Type::number;
      break;
  }
  impl_->fail_here();
  return Type::null;
}

bool JsonCursor::enter_object() {
  return impl_->enter(*this, Type::object, '{');
}

bool JsonCursor::enter_list() {
  return impl_->enter(*this, Type::list, '[');
}

std::optional<std::string_view> JsonCursor::next_key() {
  Impl& impl = *impl_;
  if (const auto key = impl.next_usual_key()) return impl.fault ? std::nullopt : key;
  if (!impl.next('}')) return std::nullopt;
  if (impl.tokens.kind() == '"') {
    const std::string_view key = impl.take_string();
    if (impl.tokens.kind() == ':') {
      impl.tokens.advance();
      impl.stand();
      return key;
    }
  }
  impl.fail_here();
  return std::nullopt;
}

bool JsonCursor::next_item() {
  if (!impl_->next(']')) return false;
  impl_->stand();
  return true;
}

std::string_view JsonCursor::string() {
  if (!impl_->expect(*this, Type::string, '"')) return {};
  return impl_->take_string();
}

double JsonCursor::number() {
  if (!impl_->expect(*this, Type::number)) return 0;
  const std::string_view token = impl_->take();
  if (const auto whole = few_digits(token)) return *whole;
  double value = 0;
  impl_->parse(token, value);
  return value;
}

std::int64_t JsonCursor::integer() {
  const double value = number();
  // 2^53: what a JSON number holds exactly everywhere.
  constexpr double kMost = 9007199254740992.0;
  if (impl_->fault) return 0;
  if (value != static_cast<double>(static_cast<std::int64_t>(std::clamp(value, -kMost, kMost)))) {
    impl_->fail_at(impl_->value, "expected a whole number");
    return 0;
  }
  return static_cast<std::int64_t>(value);
}

bool JsonCursor::boolean() {
  if (!impl_->expect(*this, Type::boolean)) return false;
  const std::string_view token = impl_->take();
  if (token != "true" && token != "false") impl_->fail_at(token.data(), explain(simdjson::TAPE_ERROR));
  return token == "true";
}

void JsonCursor::skip() {
  impl_->pass();
}

void JsonCursor::leave() {
  Impl& impl = *impl_;
  skip();
  if (impl.fault || impl.depth == 0) return;
  --impl.depth;
  if (!impl.tokens.close(1)) impl.fail_here();
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
  Impl& impl = *impl_;
  skip();
  while (!impl.fault && impl.depth > 0) leave();
  if (!impl.fault && impl.tokens.error() != simdjson::SUCCESS) impl.fail_here();
  if (!impl.fault && !impl.tokens.at_end()) {
    impl.fail_at(impl.tokens.start(), "there is more text after the end of the document");
  }
  return !impl.fault;
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
