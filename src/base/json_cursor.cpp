#include "base/json_cursor.hpp"

#define SIMDJSON_EXCEPTIONS 0
#include "base/text.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <limits>
#include <vector>

namespace r2i {

namespace od = simdjson::ondemand;

namespace {

// Deeper than any registry's answer; bounds the recursion of who reads what it does not know.
constexpr std::size_t kMaxDepth = 256;

struct Frame {
  od::object_iterator object;
  od::array_iterator list;
  bool first = true;
};

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
    case simdjson::CAPACITY:
      return "the document is too large";
    default:
      return "not valid JSON";
  }
}

// Most strings are as they stand in the text. simdjson would copy each of them, and byte by byte where the program was
// compiled for every processor. It has looked at all of the text before: each is closed and has no control character.

/// What is between the quotes of a token, unless there is an escape in it.
std::optional<std::string_view> plain_string(std::string_view token) {
  token = token.substr(1, token.rfind('"') - 1);
  if (token.find('\\') != std::string_view::npos) return std::nullopt;
  return token;
}

/// The same of a key, of which only the start is known.
std::optional<std::string_view> plain_key(const char* start) {
  const char* end = start;
  while (*end != '"' && *end != '\\') ++end;
  if (*end == '\\') return std::nullopt;
  return std::string_view(start, static_cast<std::size_t>(end - start));
}

}  // namespace

struct JsonCursor::Impl {
  od::parser parser;
  od::document document;
  od::value current;
  std::vector<Frame> frames;
  const char* begin = nullptr;
  std::size_t size = 0;
  bool standing = false;  ///< on a value, or on the one that was read last
  bool pending = false;   ///< it has not been read yet
  bool repaired = false;
  std::optional<Fault> fault;

  simdjson::error_code start(std::string& text) {
    text.reserve(text.size() + simdjson::SIMDJSON_PADDING);
    begin = text.data();
    size = text.size();
    return parser.iterate(text.data(), text.size(), text.capacity()).get(document);
  }

  void fail(std::size_t at, std::string message) {
    if (!fault) fault = Fault{at, std::move(message)};
    pending = false;
  }

  /// Where the current value starts, or the one that was read last.
  const char* start_of_value() { return standing ? current.raw_json_token().data() : begin; }
  std::size_t offset() { return static_cast<std::size_t>(start_of_value() - begin); }

  void fail(simdjson::error_code code) {
    const char* at = nullptr;
    if (document.current_location().get(at) != simdjson::SUCCESS || at < begin || at > begin + size) {
      fail(code == simdjson::INCOMPLETE_ARRAY_OR_OBJECT ? size : offset(), explain(code));
    } else {
      fail(static_cast<std::size_t>(at - begin), explain(code));
    }
  }

  /// Unwraps a result of simdjson's; false, with the fault kept, if it is none.
  template <typename Result, typename Value>
  bool take(Result&& result, Value& value) {
    const auto error = std::forward<Result>(result).get(value);
    if (error == simdjson::SUCCESS) return true;
    fail(error);
    return false;
  }

  void stand_on(od::value value) {
    current = value;
    standing = true;
    pending = true;
  }

  bool expect(JsonCursor& cursor, Type wanted) {
    if (fault) return false;
    if (!pending) {
      fail(offset(), "a value is read twice");
      return false;
    }
    const Type found = cursor.type();
    if (found != wanted && !fault) {
      fail(offset(), fmt::format("expected {}, got {}", describe_type(wanted), describe_type(found)));
    }
    pending = false;
    return !fault;
  }
};

JsonCursor::JsonCursor() : impl_(std::make_unique<Impl>()) {}
JsonCursor::JsonCursor(JsonCursor&&) noexcept = default;
JsonCursor& JsonCursor::operator=(JsonCursor&&) noexcept = default;
JsonCursor::~JsonCursor() = default;

bool JsonCursor::open(std::string& text) {
  Impl& impl = *impl_;
  impl.frames.clear();
  impl.fault.reset();
  impl.standing = false;
  impl.pending = false;
  impl.repaired = false;
  if (text.starts_with("\xEF\xBB\xBF")) text.replace(0, 3, "   ");
  auto error = impl.start(text);
  if (error == simdjson::UTF8_ERROR) {
    text = valid_utf8(text);
    impl.repaired = true;
    error = impl.start(text);
  }
  if (error != simdjson::SUCCESS) {
    impl.fail(error == simdjson::EMPTY ? 0 : text.size(), explain(error));
    return false;
  }
  od::value root;
  error = impl.document.get_value().get(root);
  if (error != simdjson::SUCCESS) {
    impl.fail(0, error == simdjson::SCALAR_DOCUMENT_AS_VALUE ? "expected an object or a list" : explain(error));
    return false;
  }
  impl.stand_on(root);
  return true;
}

bool JsonCursor::repaired() const {
  return impl_->repaired;
}
std::size_t JsonCursor::offset() const {
  return impl_->offset();
}
const std::optional<JsonCursor::Fault>& JsonCursor::fault() const {
  return impl_->fault;
}

JsonCursor::Type JsonCursor::type() {
  if (impl_->fault || !impl_->pending) return Type::null;
  switch (*impl_->start_of_value()) {
    case '{':
      return Type::object;
    case '[':
      return Type::list;
    case '"':
      return Type::string;
    case 't':
    case 'f':
      return Type::boolean;
    case 'n': {
      bool is_null = false;
      if (impl_->current.is_null().get(is_null) == simdjson::SUCCESS && is_null) return Type::null;
      break;
    }
    case '-':
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9':
      return Type::number;
    default:
      break;
  }
  impl_->fail(impl_->offset(), "not valid JSON");
  return Type::null;
}

bool JsonCursor::enter_object() {
  if (!impl_->expect(*this, Type::object)) return false;
  if (impl_->frames.size() >= kMaxDepth) impl_->fail(impl_->offset(), "nested too deeply");
  od::object object;
  if (impl_->fault || !impl_->take(impl_->current.get_object(), object)) return false;
  Frame frame;
  if (!impl_->take(object.begin(), frame.object)) return false;
  impl_->frames.push_back(frame);
  return true;
}

bool JsonCursor::enter_list() {
  if (!impl_->expect(*this, Type::list)) return false;
  if (impl_->frames.size() >= kMaxDepth) impl_->fail(impl_->offset(), "nested too deeply");
  od::array list;
  if (impl_->fault || !impl_->take(impl_->current.get_array(), list)) return false;
  Frame frame;
  if (!impl_->take(list.begin(), frame.list)) return false;
  impl_->frames.push_back(frame);
  return true;
}

std::optional<std::string_view> JsonCursor::next_key() {
  impl_->pending = false;
  if (impl_->fault || impl_->frames.empty()) return std::nullopt;
  Frame& frame = impl_->frames.back();
  if (!frame.first) ++frame.object;
  frame.first = false;
  if (frame.object == od::object_iterator{}) {
    impl_->frames.pop_back();
    return std::nullopt;
  }
  od::field field;
  if (!impl_->take(*frame.object, field)) return std::nullopt;
  auto key = plain_key(field.key().raw());
  if (!key && !impl_->take(field.unescaped_key(), key.emplace())) return std::nullopt;
  impl_->stand_on(field.value());
  return key;
}

bool JsonCursor::next_item() {
  impl_->pending = false;
  if (impl_->fault || impl_->frames.empty()) return false;
  Frame& frame = impl_->frames.back();
  if (!frame.first) ++frame.list;
  frame.first = false;
  if (frame.list == od::array_iterator{}) {
    impl_->frames.pop_back();
    return false;
  }
  od::value item;
  if (!impl_->take(*frame.list, item)) return false;
  impl_->stand_on(item);
  return true;
}

std::string_view JsonCursor::string() {
  std::string_view text;
  if (!impl_->expect(*this, Type::string)) return text;
  const auto plain = plain_string(impl_->current.raw_json_token());
  if (plain) return *plain;
  impl_->take(impl_->current.get_string(), text);
  return text;
}

double JsonCursor::number() {
  double value = 0;
  if (impl_->expect(*this, Type::number)) impl_->take(impl_->current.get_double(), value);
  return value;
}

std::int64_t JsonCursor::integer() {
  const double value = number();
  // 2^53: what a JSON number holds exactly everywhere.
  constexpr double kMost = 9007199254740992.0;
  if (impl_->fault) return 0;
  if (value != static_cast<double>(static_cast<std::int64_t>(std::clamp(value, -kMost, kMost)))) {
    impl_->fail(impl_->offset(), "expected a whole number");
    return 0;
  }
  return static_cast<std::int64_t>(value);
}

bool JsonCursor::boolean() {
  bool value = false;
  if (impl_->expect(*this, Type::boolean)) impl_->take(impl_->current.get_bool(), value);
  return value;
}

void JsonCursor::skip() {
  if (!impl_->pending || impl_->fault) return;
  impl_->pending = false;
  // A value in something entered is passed over with the next step there; the root has no such step.
  if (!impl_->frames.empty()) return;
  std::string_view text;
  if (impl_->take(impl_->document.raw_json(), text)) impl_->standing = false;
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
  const char* more = nullptr;
  if (!impl_->fault && impl_->document.current_location().get(more) == simdjson::SUCCESS) {
    impl_->fail(static_cast<std::size_t>(more - impl_->begin), "there is more text after the end of the document");
  }
  return !impl_->fault;
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
