#include "model/judge.hpp"

#include "base/json_tree.hpp"
#include "base/text.hpp"
#include "model/document_reader.hpp"
#include "model/read_manifest.hpp"
#include "model/structure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <set>
#include <tuple>
#include <utility>
#include <variant>

namespace r2i {

namespace {

using Type = JsonCursor::Type;

constexpr std::string_view kGroup = "networking.istio.io/";
constexpr std::string_view kList = "List";

std::string text_of(const JsonTree& tree, std::string_view key) {
  const JsonTree* found = tree.find(key, Type::string);
  return found == nullptr ? std::string() : found->text;
}

/// What the head of an object says.
struct Head {
  std::string api_version;
  ObjectKey key;

  explicit Head(const JsonTree& tree) : api_version(text_of(tree, "apiVersion")) {
    key.kind = text_of(tree, "kind");
    const JsonTree* meta = tree.find("metadata", Type::object);
    if (meta == nullptr) return;
    key.name = text_of(*meta, "name");
    key.nspace = text_of(*meta, "namespace");
  }

  [[nodiscard]] bool is_our_kind() const { return key.kind == "ServiceEntry" || key.kind == "WorkloadEntry"; }
  [[nodiscard]] bool is_our_group() const { return api_version.starts_with(kGroup); }
  /// One that lacks half of its head is ours if the other half is.
  [[nodiscard]] bool is_ours() const {
    return (is_our_group() && (is_our_kind() || key.kind.empty())) || (is_our_kind() && api_version.empty());
  }
  [[nodiscard]] std::string display() const {
    const std::string kind = key.kind.empty() ? "object" : key.kind;
    if (key.name.empty()) return kind + " without a name";
    return fmt::format("{} {}{}{}", kind, clean_text(key.nspace), key.nspace.empty() ? "" : "/", clean_text(key.name));
  }
};

bool is_list(const JsonTree& tree, const Head& head) {
  return head.key.kind.ends_with(kList) && tree.find("items", Type::list) != nullptr;
}

bool is_version(std::string_view api_version) {
  return api_version == "networking.istio.io/v1" || api_version == "networking.istio.io/v1beta1" ||
         api_version == "networking.istio.io/v1alpha3";
}

/// What does not know the value of something says nothing about what depends on it.
class Unknown {
 public:
  explicit Unknown(const std::vector<Breach>& misread) {
    for (const Breach& one : misread) paths_.insert(to_text(one.path));
  }
  /// Whether the value at a path, or what it is in, or something in it could not be read.
  [[nodiscard]] bool covers(const FieldPath& path) const {
    for (FieldPath part = path; !part.empty(); part.pop_back()) {
      if (paths_.contains(to_text(part))) return true;
    }
    const std::string text = to_text(path);
    const auto below = paths_.lower_bound(text);
    return below != paths_.end() && below->starts_with(text);
  }

 private:
  std::set<std::string> paths_;
};

FieldPath resolution_path() {
  return {{PathStep::Kind::field, "spec", 0}, {PathStep::Kind::field, "resolution", 0}};
}

/// What is found about one object.
struct Found {
  std::vector<Breach> breaches;
  std::vector<Breach> doubts;
};

Found judge_object(const JsonTree& tree, const Head& head, const std::optional<ReadManifest>& read) {
  const auto& shape = head.key.kind == "WorkloadEntry" ? schema::workload_entry() : schema::service_entry();
  Structure structure = check_structure(tree, shape);
  Found found;
  if (!head.api_version.empty() && !is_version(head.api_version)) {
    found.breaches.push_back({{{PathStep::Kind::field, "apiVersion", 0}},
                              fmt::format("{} is not served: use networking.istio.io/v1, v1beta1 or v1alpha3",
                                          in_quotes(head.api_version))});
  }
  const Unknown unknown(structure.misread);
  std::vector<Breach> broken;
  if (read) {
    Written written = read_written(tree);
    written.resolution_is_known = !unknown.covers(resolution_path());
    broken = std::visit([&](const auto& entry) { return check(entry, written); }, read->manifest);
    if (const auto* entry = std::get_if<ServiceEntry>(&read->manifest)) found.doubts = find_doubts(*entry, written);
    if (const auto* entry = std::get_if<WorkloadEntry>(&read->manifest)) found.doubts = find_doubts(*entry);
  }
  std::erase_if(broken, [&](const Breach& one) { return unknown.covers(one.path); });
  std::erase_if(found.doubts, [&](const Breach& one) { return unknown.covers(one.path); });
  std::ranges::move(structure.misread, std::back_inserter(found.breaches));
  std::ranges::move(structure.strange, std::back_inserter(found.breaches));
  std::ranges::move(broken, std::back_inserter(found.breaches));
  return found;
}

/// The objects of a document as our types, in its order; nothing for what is of another kind.
std::vector<std::optional<ReadManifest>> read_objects(JsonCursor& cursor, bool is_list) {
  std::vector<std::optional<ReadManifest>> objects;
  DocumentReader reader(cursor);
  if (!is_list) {
    objects.push_back(read_manifest(reader));
    return objects;
  }
  reader.object({}, [&](std::string_view key) {
    if (key != "items" || cursor.type() != Type::list) return false;
    reader.list([&] { objects.push_back(read_manifest(reader)); });
    return true;
  });
  return objects;
}

/// Judges the documents of a text one by one.
class Judge {
 public:
  std::optional<YamlFault> document(YamlDocument& document) {
    const std::size_t first = document.json.find_first_not_of(" \t\r\n");
    if (first != std::string::npos && document.json[first] != '{' && document.json[first] != '[') {
      judgement_.verdicts.push_back({document.place(first), false, "expected an object, got text"});
      return std::nullopt;
    }
    cursor_.open(document.json);
    const JsonTree tree = read_json_tree(cursor_);
    if (!cursor_.finish()) return YamlFault{document.place(cursor_.fault()->offset), cursor_.fault()->message};
    const bool many = is_list(tree, Head(tree));
    cursor_.open(document.json);
    const auto read = read_objects(cursor_, many);
    if (!many) {
      object(document, tree, read.front());
      return std::nullopt;
    }
    std::size_t index = 0;
    for (const auto& [key, value] : tree.fields) {
      if (key != "items" || !value.is(Type::list)) continue;
      for (const JsonTree& item : value.items) object(document, item, read.at(index++));
    }
    return std::nullopt;
  }

  Judgement take() { return std::move(judgement_); }

 private:
  void object(const YamlDocument& document, const JsonTree& tree, const std::optional<ReadManifest>& read) {
    const Head head(tree);
    if (!tree.is(Type::object)) {
      const std::string message = fmt::format("expected an object, got {}", describe_type(tree.type));
      return judgement_.verdicts.push_back({document.place(tree.offset), false, message});
    }
    if (!head.is_ours()) return other(document, tree, head);
    const std::size_t first = judgement_.verdicts.size();
    const Found found = judge_object(tree, head, read);
    const auto add = [&](const Breach& one, bool is_warning) {
      judgement_.verdicts.push_back(
          {document.place(locate(tree, one.path)), is_warning, fmt::format("{}: {}", head.display(), one.text())});
    };
    for (const Breach& one : found.breaches) add(one, false);
    for (const Breach& one : found.doubts) add(one, true);
    std::stable_sort(judgement_.verdicts.begin() + static_cast<std::ptrdiff_t>(first), judgement_.verdicts.end(),
                     [](const Verdict& a, const Verdict& b) { return by_place(a) < by_place(b); });
    JudgedObject judged{document.place(tree.offset), head.key, {}, {}};
    if (const auto* entry = read ? std::get_if<ServiceEntry>(&read->manifest) : nullptr) {
      judged.hosts = entry->hosts;
      judged.export_to = entry->export_to;
    }
    judgement_.objects.push_back(std::move(judged));
  }

  void other(const YamlDocument& document, const JsonTree& tree, const Head& head) {
    if (is_list(tree, head)) {
      judgement_.verdicts.push_back({document.place(tree.offset), false, "a List inside of a List: take it apart"});
    } else if (head.is_our_kind()) {
      const std::string group = head.api_version.substr(0, head.api_version.find('/'));
      ++judgement_.others[fmt::format("{} of {}", head.key.kind, clean_text(group))];
    } else {
      ++judgement_.others[head.key.kind.empty() ? "without a kind" : clean_text(head.key.kind)];
    }
  }

  static std::tuple<std::size_t, std::size_t> by_place(const Verdict& one) {
    return {one.place.line, one.place.column};
  }

  JsonCursor cursor_;
  Judgement judgement_;
};

}  // namespace

tl::expected<Judgement, YamlFault> judge(std::string_view text) {
  auto documents = read_yaml(text);
  if (!documents) return tl::make_unexpected(std::move(documents.error()));
  Judge judge;
  for (YamlDocument& document : *documents) {
    if (auto fault = judge.document(document)) return tl::make_unexpected(std::move(*fault));
  }
  return judge.take();
}

}  // namespace r2i
