#include "directory/manifest_file.hpp"

#include "base/yaml_reader.hpp"
#include "model/document_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace r2i::directory {

namespace {

constexpr std::string_view kGroup = "networking.istio.io";
constexpr std::array<std::string_view, 2> kKinds = {"ServiceEntry", "WorkloadEntry"};

/// What the head of an object says. A key that comes twice counts each time: nothing hides behind the other.
struct Head {
  bool has_our_group = false;
  bool has_our_kind = false;
  bool is_list = false;      ///< of whatever kinds
  bool is_our_list = false;  ///< of one of our kinds: its items need not say which

  [[nodiscard]] bool is_ours() const { return has_our_group && has_our_kind; }
  [[nodiscard]] bool is_list_of_ours() const { return has_our_group && is_our_list; }
};

void read_kind(Head& head, std::string_view kind) {
  if (!kind.ends_with("List")) {
    head.has_our_kind = head.has_our_kind || std::ranges::find(kKinds, kind) != kKinds.end();
    return;
  }
  head.is_list = true;
  const std::string_view of = kind.substr(0, kind.size() - std::string_view("List").size());
  head.is_our_list = head.is_our_list || std::ranges::find(kKinds, of) != kKinds.end();
}

/// Reads the head of the object that the cursor stands on, and, if `items` is given, those of its items.
Head read_head(JsonCursor& cursor, std::vector<Head>* items) {
  Head head;
  if (cursor.type() != JsonCursor::Type::object || !cursor.enter_object()) return head;
  while (const auto key = cursor.next_key()) {
    const auto type = cursor.type();
    if (*key == "apiVersion" && type == JsonCursor::Type::string) {
      const std::string_view version = cursor.string();
      const bool is_ours = version.starts_with(kGroup) && version.substr(kGroup.size()).starts_with('/');
      head.has_our_group = head.has_our_group || is_ours;
    } else if (*key == "kind" && type == JsonCursor::Type::string) {
      read_kind(head, cursor.string());
    } else if (*key == "items" && type == JsonCursor::Type::list && items != nullptr) {
      cursor.enter_list();
      while (cursor.next_item()) items->push_back(read_head(cursor, nullptr));
    }
  }
  return head;
}

bool is_scalar(std::string_view json) {
  const std::size_t first = json.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && json[first] != '{' && json[first] != '[';
}

/// Reads one document after the other into the contents of the file.
class FileReader {
 public:
  FileReader(std::string place, Contents& contents) : place_(std::move(place)), contents_(contents) {}

  void read(YamlDocument& document) {
    items_.clear();
    if (is_scalar(document.json)) {
      ++contents_.documents;
      return;
    }
    cursor_.open(document.json);
    const Head head = read_head(cursor_, &items_);
    if (!cursor_.finish()) tell(document, cursor_.fault()->offset, cursor_.fault()->message);
    contents_.documents += head.is_list ? items_.size() : 1;
    const bool any =
        head.is_list ? head.is_list_of_ours() || std::ranges::any_of(items_, &Head::is_ours) : head.is_ours();
    if (head.is_list && std::ranges::any_of(items_, &Head::is_list)) {
      tell(document, 0, "a List inside of a List is not supported");
    } else if (any) {
      read_objects(document, head);
    }
  }

 private:
  void read_objects(YamlDocument& document, const Head& head) {
    cursor_.open(document.json);
    DocumentReader reader(cursor_);
    std::vector<LiveObject> found;
    if (head.is_list) {
      std::size_t index = 0;
      reader.object({}, [&](std::string_view key) {
        if (key != "items") return false;
        reader.list([&] {
          const bool wanted = index < items_.size() && (head.is_list_of_ours() || items_[index].is_ours());
          ++index;
          if (wanted) read_object(reader, found);
          if (!wanted) reader.cursor().skip();
        });
        return true;
      });
    } else {
      read_object(reader, found);
    }
    const auto findings = reader.finish();
    for (const Finding& finding : findings) tell(document, finding.offset, finding.message);
    if (findings.empty()) std::ranges::move(found, std::back_inserter(contents_.objects));
  }

  void read_object(DocumentReader& reader, std::vector<LiveObject>& found) {
    const std::size_t start = reader.cursor().offset();
    auto object = read_live_object(reader);
    if (!object) return;
    if (meta_of(object->manifest).name.empty()) reader.find(start, "metadata.name is missing");
    object->place = place_;
    found.push_back(std::move(*object));
  }

  void tell(const YamlDocument& document, std::size_t offset, std::string_view message) {
    const LineColumn at = document.place(offset);
    contents_.problems.push_back({fmt::format("{}:{}:{}", place_, at.line, at.column), std::string(message)});
  }

  std::string place_;
  Contents& contents_;
  JsonCursor cursor_;
  std::vector<Head> items_;
};

}  // namespace

bool may_hold_objects(std::string_view text) {
  const auto has = [&](std::string_view part) { return text.find(part) != std::string_view::npos; };
  if (has(kGroup) && (has(kKinds[0]) || has(kKinds[1]))) return true;
  // Escapes that give letters, or that join two lines.
  for (std::size_t at = text.find('\\'); at != std::string_view::npos; at = text.find('\\', at + 1)) {
    if (text.substr(at + 1, 1).find_first_of("xuU\r\n") != std::string_view::npos) return true;
  }
  return has(std::string_view("\0", 1));
}

Contents read_contents(std::string_view text, const std::string& place) {
  Contents contents;
  auto documents = read_yaml(text);
  if (!documents) {
    const auto& [at, message] = documents.error();
    contents.problems.push_back({fmt::format("{}:{}:{}", place, at.line, at.column), message});
    return contents;
  }
  FileReader reader(place, contents);
  for (YamlDocument& document : *documents) reader.read(document);
  return contents;
}

}  // namespace r2i::directory
