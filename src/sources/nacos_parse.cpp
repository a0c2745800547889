#include "sources/nacos_parse.hpp"

#include "base/text.hpp"
#include "sources/json_answer.hpp"
#include "sources/nacos_instance.hpp"
#include "sources/nacos_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

namespace r2i::sources::nacos {

namespace {

using Flaw = std::optional<std::string>;

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

/// Reads a document whose root is an object or list of `type`, or has one as its `data`.
template <typename ReadRoot>
Flaw read_packed(JsonCursor& cursor, std::string& body, Packing packing, JsonCursor::Type type, ReadRoot read_root) {
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

Flaw lacks(std::string_view key) {
  return fmt::format("the answer is not what the API promises: it has no {}", key);
}

/// Some servers put the group before the name.
ServiceKey key_of(std::string name, std::string group) {
  if (const auto at = name.find("@@"); at != std::string::npos) {
    group = name.substr(0, at);
    name.erase(0, at + 2);
  }
  return {std::move(group), std::move(name)};
}

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

void read_hosts(DocumentReader& reader, const std::string& cluster, std::vector<Instance>& instances) {
  reader.list([&] { instances.push_back(read_instance(reader, cluster)); });
}

/// {"DEFAULT":{"hosts":[…]}, …}; a cluster whose hosts are null has none.
void read_clusters(DocumentReader& reader, std::vector<Instance>& instances) {
  reader.object({}, [&](std::string_view cluster) {
    const std::string name(cluster);
    read_object(reader, [&](std::string_view key) {
      if (key != "hosts" || is_null(reader)) return false;
      read_hosts(reader, name, instances);
      return true;
    });
    return true;
  });
}

Found read_found(DocumentReader& reader) {
  Found found;
  std::string name;
  std::string group;
  bool has_clusters = false;
  reader.object({}, [&](std::string_view key) {
    if (key == "serviceName" || key == "name") {
      read_unless_null(reader, name);
    } else if (key == "groupName") {
      read_unless_null(reader, group);
    } else if (key == "metadata") {
      read_unless_null(reader, found.metadata);
    } else if (key == "protectThreshold") {
      read_unless_null(reader, found.protect_threshold);
    } else if (key == "clusterMap" && !is_null(reader)) {
      has_clusters = true;
      read_clusters(reader, found.instances);
    } else {
      return false;
    }
    return true;
  });
  found.key = key_of(std::move(name), std::move(group));
  std::ranges::sort(found.metadata);
  if (!has_clusters) found.malformed = *lacks("clusterMap");
  return found;
}

}  // namespace

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

Parsed<std::vector<Found>> parse_page(JsonCursor& cursor, std::string& body, Packing packing) {
  std::vector<Found> page;
  std::vector<Finding> around;  // what is wrong, but not inside of one service
  bool has_items = packing == Packing::bare;
  const auto set_aside = [&](DocumentReader& reader) {
    auto findings = reader.take_findings();
    std::ranges::move(findings, std::back_inserter(around));
  };
  const auto read_items = [&](DocumentReader& reader) {
    reader.list([&] {
      set_aside(reader);
      Found found = read_found(reader);
      const auto findings = reader.take_findings();
      if (const auto broken = broken_promise(findings)) found.malformed = *broken;
      if (!found.key.name.empty()) {
        page.push_back(std::move(found));
      } else {
        around.push_back({reader.cursor().offset(), "a service without a name"});
      }
    });
  };
  const auto read_root = [&](DocumentReader& reader) {
    if (packing == Packing::bare) return read_items(reader);
    reader.object({}, [&](std::string_view key) {
      if (key != "pageItems" || is_null(reader)) return false;
      has_items = true;
      read_items(reader);
      return true;
    });
  };
  Flaw error = read_packed(cursor, body, packing, JsonCursor::Type::object, read_root);
  if (!error) error = broken_promise(around);
  if (!error && !has_items) error = lacks("pageItems");
  if (error) return tl::make_unexpected(std::move(*error));
  return page;
}

Parsed<Found> parse_hosts(JsonCursor& cursor, std::string& body, Packing packing, const ServiceKey& key) {
  Found found;
  found.key = key;
  bool has_hosts = false;
  const auto read_root = [&](DocumentReader& reader) {
    reader.object({}, [&](std::string_view member) {
      if (member == "hosts" && !is_null(reader)) {
        has_hosts = true;
        read_hosts(reader, "", found.instances);
      } else if (member == "reachProtectionThreshold") {
        read_unless_null(reader, found.protection_reached);
      } else {
        return false;
      }
      return true;
    });
  };
  Flaw error = read_packed(cursor, body, packing, JsonCursor::Type::object, read_root);
  if (!error && !has_hosts) error = lacks("hosts");
  if (error) return tl::make_unexpected(std::move(*error));
  return found;
}

Parsed<double> parse_threshold(JsonCursor& cursor, std::string& body, Packing packing) {
  std::optional<double> threshold;
  const auto read_root = [&](DocumentReader& reader) {
    reader.object({}, [&](std::string_view key) {
      if (key != "protectThreshold" || is_null(reader)) return false;
      reader.read(threshold.emplace());
      return true;
    });
  };
  Flaw error = read_packed(cursor, body, packing, JsonCursor::Type::object, read_root);
  if (!error && !threshold) error = lacks("protectThreshold");
  if (error) return tl::make_unexpected(std::move(*error));
  return *threshold;
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

Parsed<Login> parse_login(JsonCursor& cursor, std::string& body) {
  Login login;
  std::int64_t ttl = 0;
  const auto read_member = [&](DocumentReader& reader, std::string_view key) {
    if (key == "accessToken") {
      read_unless_null(reader, login.token);
    } else if (key == "tokenTtl") {
      read_unless_null(reader, ttl);
    } else {
      return false;
    }
    return true;
  };
  Flaw error = read_document(cursor, body, [&](DocumentReader& reader) {
    reader.object({}, [&](std::string_view key) {
      if (key != "data") return read_member(reader, key);
      if (reader.cursor().type() != JsonCursor::Type::object) return false;
      reader.object({}, [&](std::string_view inner) { return read_member(reader, inner); });
      return true;
    });
  });
  if (!error && login.token.empty()) error = lacks("accessToken");
  if (error) return tl::make_unexpected(std::move(*error));
  login.ttl = std::chrono::seconds(std::max<std::int64_t>(ttl, 0));
  return login;
}

}  // namespace r2i::sources::nacos
