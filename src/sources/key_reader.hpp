#pragma once

#include "sources/endpoint_text.hpp"
#include "sources/key_layout.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace r2i::sources {

/// What programs write for the health of an instance: passing, up, true, … A word that is not known is taken for ill.
Health health_of(std::string_view text);
std::optional<std::int64_t> whole_number(std::string_view text);
/// Text, a number, true or false.
bool is_scalar(const FlatJson::Node& node);
/// Every text below the node; what is nested gets the names on the way, with dots between them; what has no text is
/// left out.
void flatten(const FlatJson& tree, std::size_t node, const std::string& name,
             std::map<std::string, std::string>& metadata);

/// Reads one key and its value by a layout.
class KeyReader {
 public:
  KeyReader(const KeyLayout& layout, std::string value, FlatJson& tree)
      : layout_(layout), value_(std::move(value)), tree_(tree) {}

  KeyReading read(std::string_view key);
  /// What the key alone says of its service.
  std::optional<KeyReading> owner(std::string_view key);

 private:
  using Metadata = std::map<std::string, std::string>;

  KeyReading refuse(KeyReading::Kind kind, std::string why);
  /// What is wrong with the value, or nothing. Fills `reading_`.
  std::optional<std::string> read_value();
  [[nodiscard]] std::string service_name();
  std::optional<std::string> read_items();
  std::optional<std::string> read_item(std::size_t item);
  /// The instance without its addresses.
  std::optional<std::string> read_common(std::size_t item, Instance& instance);
  std::optional<std::string> read_weight(std::size_t item, Instance& instance);
  void read_health(std::size_t item, Instance& instance);
  void add_instances(const std::vector<EndpointText>& endpoints, std::optional<std::int64_t> port,
                     const std::string& protocol, const Instance& common);

  /// What stands at the end of a path; `texts`: the URL's parameter of it, where the path has one.
  [[nodiscard]] std::vector<std::string> written(const ValuePath& path, std::size_t item) const;
  [[nodiscard]] std::vector<std::string> texts(const ValuePath& path, std::size_t item);
  /// The first of them; nothing: there is none, or it is empty.
  [[nodiscard]] std::optional<std::string> text(const std::optional<ValuePath>& path, std::size_t item);
  const EndpointText& endpoint(const std::string& url);
  void add_metadata(const KeyLayout::MetadataPath& from, std::size_t item, Metadata& metadata);

  const KeyLayout& layout_;
  std::string value_;
  FlatJson& tree_;
  KeyParts parts_;
  KeyReading reading_;
  std::string url_;  ///< the one that `endpoint_` was read from
  EndpointText endpoint_;
};

}  // namespace r2i::sources
