#include "sources/dubbo_metadata.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <set>
#include <utility>

namespace r2i::sources {

namespace {

std::string text(const FlatJson& tree, std::size_t object, std::string_view name) {
  const auto at = tree.member(object, name);
  return at ? std::string(tree.node(*at).text) : std::string();
}

}  // namespace

std::vector<std::string> parse_mapping(std::string_view data) {
  std::set<std::string> applications;
  for (const std::string& part : split(valid_utf8(data), ',')) {
    if (const auto name = trim(part); !name.empty()) applications.emplace(name);
  }
  return {applications.begin(), applications.end()};
}

tl::expected<std::vector<std::string>, std::string> parse_metadata_info(std::string data, FlatJson& tree) {
  if (auto wrong = tree.read(data)) return tl::make_unexpected(std::move(*wrong));
  const auto services = tree.member(0, "services");
  if (!services || tree.node(*services).type != JsonCursor::Type::object)
    return tl::make_unexpected(std::string("it has no services"));
  std::set<std::string> names;
  const auto& all = tree.node(*services);
  for (std::size_t at = *services + 1; at < all.next; at = tree.node(at).next) {
    std::string name = text(tree, at, "name");
    if (name.empty()) return tl::make_unexpected(fmt::format("service {} has no name", in_quotes(tree.node(at).key)));
    const std::string version = text(tree, at, "version");
    const std::string group = text(tree, at, "group");
    if (!version.empty() || !group.empty()) name += ":" + version;
    if (!group.empty()) name += ":" + group;
    names.insert(std::move(name));
  }
  return std::vector<std::string>(names.begin(), names.end());
}

}  // namespace r2i::sources
