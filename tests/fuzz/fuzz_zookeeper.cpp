// Any bytes as a node of ZooKeeper's, a path and its data: an instance of Curator's, a mapping and metadata of Dubbo's,
// and a walk through a tree of such paths. Reading ends with a value or an error.
#include "sources/curator_instance.hpp"
#include "sources/dubbo_metadata.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

using r2i::sources::KeyLayout;
using r2i::sources::KeyReading;

KeyLayout layout_of(const char* name, const char* key) {
  r2i::sources::LayoutTexts own;
  if (key != nullptr) own = {{"key", {key}}, {"addressFrom", {"address"}}};
  return KeyLayout::make(name, own).value();
}

void check(const KeyReading& reading) {
  // Every node is an instance, or it is said why not.
  if (reading.kind != KeyReading::Kind::instances && (reading.why.empty() || !reading.instances.empty())) std::abort();
  if (reading.kind == KeyReading::Kind::instances && (reading.service.empty() || reading.instances.empty()))
    std::abort();
}

/// A walk that goes where the pattern leads must come to every path that matches it.
void check_walk(const KeyLayout& layout, std::string_view path) {
  r2i::sources::KeyParts parts;
  if (!layout.key().match(path, parts)) return;
  std::size_t depth = 0;
  for (std::size_t end = 0; end != std::string_view::npos; ++depth) {
    const std::size_t next = path.find('/', end == 0 ? 0 : end + 1);
    const std::string_view folder = path.substr(0, end);
    const std::size_t start = depth == 0 ? 0 : end + 1;
    const std::string_view name = path.substr(start, next == std::string_view::npos ? next : next - start);
    if (!layout.key().may_be_below(folder, depth)) std::abort();
    const std::string_view only = layout.key().only_name_below(depth);
    if (!only.empty() && only != name) std::abort();
    if (next == 0) return;  // an empty first name, which no node has
    end = next;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static r2i::FlatJson tree;
  static const KeyLayout curator = layout_of("template", "{service:**}/{id}");
  static const std::vector<KeyLayout> all = {curator, layout_of("dubbo", nullptr),
                                             layout_of("template", "a*/**/{service}@{id}")};
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto line = text.find('\n');
  const std::string_view path = text.substr(0, line);
  const std::string value(line == std::string_view::npos ? std::string_view() : text.substr(line + 1));
  check(r2i::sources::read_curator_instance(curator, path, value, tree));
  check(r2i::sources::read_curator_instance(curator, "web/1", value, tree));
  for (const KeyLayout& layout : all) {
    const auto owner = layout.owner(path, tree);
    if (owner && owner->service.empty()) std::abort();
    check_walk(layout, path);
  }
  const auto applications = r2i::sources::parse_mapping(text);
  if (!std::ranges::is_sorted(applications)) std::abort();
  const auto services = r2i::sources::parse_metadata_info(value, tree);
  if (services && !std::ranges::is_sorted(*services)) std::abort();
  return 0;
}
