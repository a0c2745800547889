#include "kube/status.hpp"

#include "base/text.hpp"
#include "model/document_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

namespace r2i::kube {

namespace {

constexpr std::size_t kMostBytes = 400;
constexpr std::size_t kMostCauses = 4;

/// Cut after `kMostBytes`, between two characters.
std::string cut(std::string_view text) {
  if (text.size() <= kMostBytes) return std::string(text);
  std::size_t end = kMostBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return std::string(text.substr(0, end)) + "…";
}

/// One line of foreign text.
std::string one_line(std::string_view text) {
  text = trim(text);
  return cut(clean_text(text.substr(0, text.find('\n'))));
}

/// All lines of it on one.
std::string flat(std::string_view text) {
  std::string line;
  for (const std::string& part : split(trim(text), '\n')) {
    const auto trimmed = trim(part);
    if (!trimmed.empty()) line += (line.empty() ? "" : " ") + std::string(trimmed);
  }
  return cut(clean_text(line));
}

/// A string, or nothing if it is something else: no answer of a server's is worth a failure here.
void read_leniently(DocumentReader& reader, std::string& out) {
  if (reader.cursor().type() == JsonCursor::Type::string) {
    reader.read(out);
  } else {
    reader.cursor().skip();
  }
}

void read_cause(DocumentReader& reader, Status::Cause& out) {
  reader.object({}, [&](std::string_view key) {
    if (key == "reason") read_leniently(reader, out.reason);
    if (key == "message") read_leniently(reader, out.message);
    if (key == "field") read_leniently(reader, out.field);
    return key == "reason" || key == "message" || key == "field";
  });
}

void read_details(DocumentReader& reader, Status& out) {
  reader.object({}, [&](std::string_view key) {
    if (key == "kind") {
      read_leniently(reader, out.kind);
    } else if (key == "name") {
      read_leniently(reader, out.name);
    } else if (key == "causes") {
      reader.list([&] { read_cause(reader, out.causes.emplace_back()); });
    } else {
      return false;
    }
    return true;
  });
}

std::optional<Status> read_json(JsonCursor& cursor, std::string body) {
  if (!cursor.open(body)) return std::nullopt;
  DocumentReader reader(cursor);
  Status status;
  std::string kind;
  reader.object({}, [&](std::string_view key) {
    if (key == "kind") {
      read_leniently(reader, kind);
    } else if (key == "reason") {
      read_leniently(reader, status.reason);
    } else if (key == "message") {
      read_leniently(reader, status.message);
    } else if (key == "details") {
      read_details(reader, status);
    } else {
      return false;
    }
    return true;
  });
  if (kind != "Status") return std::nullopt;
  if (status.reason.empty()) status.reason = "Unknown";
  return status;
}

/// `admission webhook "x" denied the request: why` in our words.
std::string without_webhook(std::string_view message) {
  constexpr std::string_view kBegin = "admission webhook \"";
  constexpr std::string_view kMiddle = "\" denied the request: ";
  const auto middle = message.find(kMiddle);
  if (!message.starts_with(kBegin) || middle == std::string_view::npos) return std::string(message);
  return fmt::format("the webhook {} refuses it: {}", message.substr(kBegin.size(), middle - kBegin.size()),
                     message.substr(middle + kMiddle.size()));
}

std::string hint_for(const Status& status) {
  if (status.message.find("failed calling webhook \"") == std::string::npos) return {};
  return "; the webhook's own server does not answer: is istiod running?";
}

}  // namespace

bool Status::is_field_conflict() const {
  return code == 409 &&
         std::ranges::any_of(causes, [](const Cause& cause) { return cause.reason == "FieldManagerConflict"; });
}

bool Status::is_missing_namespace() const {
  return code == 404 && kind == "namespaces";
}

bool Status::is_missing_object() const {
  return code == 404 && reason == "NotFound" && !name.empty() && !is_missing_namespace();
}

bool Status::is_missing_right() const {
  return code == 403 && message.find(" cannot ") != std::string::npos &&
         message.find(" resource ") != std::string::npos;
}

Status read_status(JsonCursor& cursor, const net::HttpAnswer& answer) {
  Status status = read_json(cursor, answer.body).value_or(Status{});
  if (status.reason.empty()) status.message = one_line(answer.body);
  status.code = answer.status;
  return status;
}

std::string describe(const Status& status) {
  if (status.reason.empty()) {
    return fmt::format("the answer is HTTP {}{}", status.code,
                       status.message.empty() ? "" : ": " + in_quotes(status.message, kMostBytes));
  }
  std::vector<std::string> told;
  for (const Status::Cause& cause : status.causes) {
    if (cause.message.empty() || told.size() > kMostCauses) continue;
    const std::string line = cause.field.empty() || cause.field == "<nil>"
                                 ? flat(cause.message)
                                 : fmt::format("{}: {}", clean_text(cause.field), flat(cause.message));
    if (std::ranges::find(told, line) == told.end()) told.push_back(line);
  }
  if (told.size() > kMostCauses) told.back() = "and more";
  if (!told.empty()) return join(told, "; ");
  if (status.message.empty()) return fmt::format("the API server says {} (HTTP {})", status.reason, status.code);
  return flat(without_webhook(status.message)) + hint_for(status);
}

std::string describe_conflict(const Status& status) {
  std::map<std::string, std::vector<std::string>> fields;
  for (const Status::Cause& cause : status.causes) {
    if (cause.reason != "FieldManagerConflict") continue;
    const auto begin = cause.message.find('"');
    const auto end = begin == std::string::npos ? begin : cause.message.find('"', begin + 1);
    const bool named = end != std::string::npos;
    fields[named ? cause.message.substr(begin + 1, end - begin - 1) : "another manager"].push_back(cause.field);
  }
  std::vector<std::string> told;
  for (auto& [manager, owned] : fields) {
    std::ranges::sort(owned);
    told.push_back(fmt::format("{} owns {}", clean_text(manager), clean_text(join(owned, ", "))));
  }
  return join(told, "; ");
}

}  // namespace r2i::kube
