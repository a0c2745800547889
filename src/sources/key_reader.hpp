#pragma once

#include "sources/endpoint_text.hpp"
#include "sources/key_layout.hpp"
#include "sources/key_texts.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace r2i::sources {

/// What programs write for the health of an instance: passing, up, true, … A word that is not known is taken for ill.
Health health_of(std::string_view text);
std::optional<std::int64_t> whole_number(std::string_view text);

/// Reads one key and its value by a layout.
class KeyReader {
 public:
  KeyReader(const KeyLayout& layout, std::string value, FlatJson& tree)
      : layout_(layout), texts_(std::move(value), tree) {}

  KeyReading read(std::string_view key);
  /// What the key alone says of its service.
  std::optional<KeyReading> owner(std::string_view key);

 private:
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
  void set_endpoints(std::size_t first, const std::vector<EndpointText>& endpoints, std::optional<std::int64_t> port,
                     const std::string& protocol);

  const KeyLayout& layout_;
  KeyTexts texts_;
  KeyReading reading_;
};

}  // namespace r2i::sources
