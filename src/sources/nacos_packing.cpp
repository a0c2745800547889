#include "sources/nacos_packing.hpp"

#include "base/text.hpp"
#include "sources/json_answer.hpp"

#include <fmt/format.h>

#include <cstdint>

namespace r2i::sources::nacos {

namespace {

constexpr std::int64_t kOk = 0;
constexpr std::int64_t kOkOfConsole = 200;  // v1/console/namespaces

struct Envelope {
  std::optional<std::int64_t> code;
  std::string message;
  std::string detail;
  bool has_data = false;
};

std::string words_of(const Envelope& envelope) {
  std::string text = fmt::format("the answer is an error: code {}", *envelope.code);
  for (const std::string& part : {envelope.message, envelope.detail}) {
    if (!part.empty()) text += fmt::format(", {}", in_quotes(part, 200));
  }
  return text;
}

}  // namespace

Flaw read_packed(JsonCursor& cursor, std::string& body, Packing packing, JsonCursor::Type type,
                 const std::function<void(DocumentReader&)>& read_root) {
  if (packing == Packing::bare) return read_document(cursor, body, read_root);
  Envelope envelope;
  auto broken = read_document(cursor, body, [&](DocumentReader& reader) {
    reader.object({}, [&](std::string_view key) {
      if (key == "code") {
        read_unless_null(reader, envelope.code.emplace());
      } else if (key == "message") {
        read_unless_null(reader, envelope.message);
      } else if (key == "data" && reader.cursor().type() == JsonCursor::Type::string) {
        reader.read(envelope.detail);
      } else if (key == "data" && reader.cursor().type() == type) {
        envelope.has_data = true;
        read_root(reader);
      } else {
        return false;
      }
      return true;
    });
  });
  if (envelope.code && *envelope.code != kOk && *envelope.code != kOkOfConsole) return words_of(envelope);
  if (broken) return broken;
  if (envelope.code && envelope.has_data) return std::nullopt;
  return fmt::format("the answer is not what the API promises: it has no {}",
                     envelope.code ? fmt::format("data that is {}", describe_type(type)) : "code");
}

std::string lacks(std::string_view key) {
  return fmt::format("the answer is not what the API promises: it has no {}", key);
}

}  // namespace r2i::sources::nacos
