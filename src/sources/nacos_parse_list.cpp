#include "sources/nacos_parse_list.hpp"

#include "sources/json_answer.hpp"
#include "sources/nacos_options.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

namespace r2i::sources::nacos {

namespace {

struct ListKeys {
  std::string_view total;
  std::string_view items;
};

/// {"count":…, "serviceList":[…]} and its kin; `read_item` reads one of the items.
template <typename ReadItem>
Parsed<Listing> parse_list(JsonCursor& cursor, std::string& body, Packing packing, ListKeys keys, ReadItem read_item) {
  Listing listing;
  bool has_total = false;
  bool has_items = false;
  const auto read_root = [&](DocumentReader& reader) {
    reader.object({}, [&](std::string_view key) {
      if (key == keys.total) {
        std::int64_t total = -1;
        read_unless_null(reader, total);
        has_total = total >= 0;
        listing.total = static_cast<std::uint64_t>(std::max<std::int64_t>(total, 0));
      } else if (key == keys.items && !is_null(reader)) {
        has_items = true;
        reader.list([&] { listing.services.push_back(read_item(reader)); });
      } else {
        return false;
      }
      return true;
    });
  };
  Flaw error = read_packed(cursor, body, packing, JsonCursor::Type::object, read_root);
  if (!error && !has_total) error = lacks(keys.total);
  if (!error && !has_items) error = lacks(keys.items);
  if (!error && std::ranges::any_of(listing.services, [](const ServiceKey& key) { return key.name.empty(); })) {
    error = "the answer is not what the API promises: it lists a service without a name";
  }
  if (error) return tl::make_unexpected(std::move(*error));
  return listing;
}

ServiceKey read_view(DocumentReader& reader) {
  std::string name;
  std::string group;
  read_object(reader, [&](std::string_view key) {
    if (key == "name" || key == "serviceName") {
      read_unless_null(reader, name);
    } else if (key == "groupName") {
      read_unless_null(reader, group);
    } else {
      return false;
    }
    return true;
  });
  return key_of(std::move(name), std::move(group));
}

}  // namespace

ServiceKey key_of(std::string name, std::string group) {
  if (const auto at = name.find("@@"); at != std::string::npos) {
    group = name.substr(0, at);
    name.erase(0, at + 2);
  }
  return {std::move(group), std::move(name)};
}

Parsed<Listing> parse_listing(JsonCursor& cursor, std::string& body, Packing packing) {
  const ListKeys keys =
      packing == Packing::bare ? ListKeys{"count", "serviceList"} : ListKeys{"totalCount", "pageItems"};
  return parse_list(cursor, body, packing, keys, read_view);
}

Parsed<Listing> parse_names(JsonCursor& cursor, std::string& body, Packing packing, const std::string& group) {
  const ListKeys keys = packing == Packing::bare ? ListKeys{"count", "doms"} : ListKeys{"count", "services"};
  return parse_list(cursor, body, packing, keys, [&](DocumentReader& reader) {
    std::string name;
    reader.read(name);
    return key_of(std::move(name), group);
  });
}

Parsed<std::vector<std::string>> parse_namespaces(JsonCursor& cursor, std::string& body) {
  std::vector<std::string> ids;
  const auto read_root = [&](DocumentReader& reader) {
    reader.list([&] {
      std::optional<std::string> id;
      read_object(reader, [&](std::string_view key) {
        if (key != "namespace") return false;
        read_unless_null(reader, id.emplace());
        return true;
      });
      if (!id) reader.find(reader.cursor().offset(), "a namespace without its id");
      ids.push_back(id.value_or("").empty() ? std::string(kPublic) : *id);
    });
  };
  Flaw error = read_packed(cursor, body, Packing::envelope, JsonCursor::Type::list, read_root);
  if (error) return tl::make_unexpected(std::move(*error));
  std::ranges::sort(ids);
  return ids;
}

}  // namespace r2i::sources::nacos
