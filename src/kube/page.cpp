#include "kube/page.hpp"

#include "base/text.hpp"
#include "model/change.hpp"
#include "model/codes.hpp"
#include "model/document_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <variant>
#include <vector>

namespace r2i::kube {

namespace {

/// `items[3].spec.resolution: …` → `spec.resolution: …`.
std::string_view without_item(std::string_view message) {
  const auto dot = message.find("].");
  return message.starts_with("items[") && dot != std::string_view::npos ? message.substr(dot + 2) : message;
}

/// Takes away what would make an object ours.
void disown(LiveObject& live) {
  auto& labels = std::visit([](auto& entry) -> Pairs& { return entry.meta.labels; }, live.manifest);
  std::erase_if(labels, [](const auto& label) { return label.first == mark::kOwner; });
  live.managers.clear();
}

bool is_list_of_ours(std::string_view kind) {
  return kind == "ServiceEntryList" || kind == "WorkloadEntryList";
}

class PageReader {
 public:
  PageReader(JsonCursor& cursor, Diagnostics& diagnostics, LiveSink& sink)
      : cursor_(cursor),
        reader_(cursor, DocumentReader::Keys::unique),
        objects_(reader_),
        diagnostics_(diagnostics),
        sink_(sink) {}

  tl::expected<Page, std::string> read(std::string& body) {
    if (cursor_.open(body)) {
      reader_.object({}, [&](std::string_view key) {
        if (key == "kind") {
          reader_.read(kind_);
          return true;
        }
        has_items_ = has_items_ || key == "items";
        if (cursor_.type() == JsonCursor::Type::null) return false;
        if (key == "items") return read_items();
        if (key == "metadata") return read_metadata();
        return false;
      });
    }
    const auto findings = reader_.finish();
    if (problem_.empty() && !findings.empty()) problem_ = findings.front().message;
    // An answer that is something else must not pass for a list without objects.
    if (problem_.empty() && !is_list_of_ours(kind_)) problem_ = fmt::format("its kind is {}", in_quotes(kind_));
    if (problem_.empty() && (!has_metadata_ || !has_items_)) problem_ = "it has no items or no metadata";
    if (problem_.empty()) return page_;
    return tl::make_unexpected(std::move(problem_));
  }

 private:
  bool read_metadata() {
    has_metadata_ = true;
    reader_.object({}, [&](std::string_view key) {
      if (key != "continue" || cursor_.type() == JsonCursor::Type::null) return false;
      reader_.read(page_.continue_token);
      return true;
    });
    return true;
  }

  bool read_items() {
    reader_.list([&] {
      auto live = objects_.read();
      const auto findings = reader_.take_findings();
      if (cursor_.fault()) return;  // what has been read so far may be half of an object
      ++page_.objects;
      if (!live || meta_of(live->manifest).name.empty()) {
        refuse(findings);
      } else {
        if (!findings.empty()) take_in_part(*live, findings.front());
        sink_.object(*std::move(live));
      }
    });
    return true;
  }

  /// An object that cannot even be named may be one of ours.
  void refuse(const std::vector<Finding>& findings) {
    if (!problem_.empty()) return;
    problem_ = findings.empty() ? std::string("an item has no name")
                                : fmt::format("an item is no object that can be told: {}", findings.front().message);
  }

  void take_in_part(LiveObject& live, const Finding& finding) {
    const auto message = without_item(finding.message);
    disown(live);
    diagnostics_.report(diagnose(Code::object_unread, key_of(live.manifest).display(),
                                 fmt::format("{}; the object is left as it is", message)));
  }

  JsonCursor& cursor_;
  DocumentReader reader_;
  LiveObjectReader objects_;
  Diagnostics& diagnostics_;
  LiveSink& sink_;
  Page page_;
  std::string kind_;
  bool has_items_ = false;
  bool has_metadata_ = false;
  std::string problem_;
};

}  // namespace

tl::expected<Page, std::string> read_page(JsonCursor& cursor, std::string& body, Diagnostics& diagnostics,
                                          LiveSink& sink) {
  return PageReader(cursor, diagnostics, sink).read(body);
}

// If the text from `"metadata":` to the end, with a brace before it, is one object, then it closes as many braces as it
// opens but one, which is the page's own: so this metadata is the page's, and no object's. Had the search hit the
// inside of a string, the page would end inside of one.
std::optional<std::string> peek_continue_token(JsonCursor& cursor, std::string_view body) {
  constexpr std::size_t kTail = 4096;
  constexpr std::string_view kKey = "\"metadata\":";
  const auto tail = body.substr(body.size() - std::min(body.size(), kTail));
  const auto at = tail.rfind(kKey);
  if (at == std::string_view::npos || at == 0 || (tail[at - 1] != ',' && tail[at - 1] != '{')) return std::nullopt;
  std::string text = "{" + std::string(tail.substr(at));
  if (!cursor.open(text)) return std::nullopt;
  DocumentReader reader(cursor);
  std::string token;
  reader.object({}, [&](std::string_view key) {
    if (key != "metadata") return false;
    reader.object({}, [&](std::string_view field) {
      if (field != "continue" || cursor.type() == JsonCursor::Type::null) return false;
      reader.read(token);
      return true;
    });
    return true;
  });
  if (!reader.finish().empty()) return std::nullopt;
  return token;
}

}  // namespace r2i::kube
