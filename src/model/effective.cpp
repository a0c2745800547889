#include "model/effective.hpp"

#include "base/text.hpp"
#include "model/secrets.hpp"

#include <charconv>
#include <limits>

namespace r2i {

namespace {

/// Between quotes where it could not be told apart from what stands around it.
std::string item_text(const std::string& text, std::string_view special) {
  const bool apart = !text.empty() && is_clean_text(text) && trim(text) == text &&
                     text.find_first_of(special) == std::string::npos && text.find(", ") == std::string::npos;
  return apart ? text : in_quotes(text, std::numeric_limits<std::size_t>::max());
}

void write_scalar(Sink& sink, Shape shape, const std::string& text) {
  std::int64_t number = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (shape == Shape::boolean && (text == "true" || text == "false")) {
    sink.boolean(text == "true");
  } else if (shape == Shape::number && code == std::errc() && end == text.data() + text.size()) {
    sink.integer(number);
  } else {
    sink.string(text);
  }
}

}  // namespace

std::string value_text(const EffectiveSetting& setting) {
  constexpr std::string_view kBreaks = "\n\r\t";
  constexpr std::string_view kInLists = "\n\r\t[]{}\"";
  if (!setting.metadata_key.empty()) return "{fromMetadata: " + item_text(setting.metadata_key, kInLists) + "}";
  const bool is_collection = setting.shape == Shape::list || setting.shape == Shape::map;
  if (!is_collection || setting.is_default())
    return setting.values.empty() ? "" : item_text(setting.values.front(), kBreaks);
  std::vector<std::string> items;
  for (const std::string& value : setting.values) items.push_back(item_text(value, kInLists));
  for (const auto& [key, value] : setting.pairs)
    items.push_back(item_text(key, kInLists) + ": " + item_text(value, kInLists));
  const std::string text = join(items, ", ");
  return setting.shape == Shape::list ? "[" + text + "]" : "{" + text + "}";
}

void write_value(Sink& sink, const EffectiveSetting& setting) {
  const bool is_collection = setting.shape == Shape::list || setting.shape == Shape::map;
  if (!setting.metadata_key.empty()) {
    sink.begin_map();
    sink.key("fromMetadata");
    sink.string(setting.metadata_key);
    sink.end_map();
  } else if (!is_collection || setting.is_default()) {
    write_scalar(sink, setting.shape, setting.values.empty() ? std::string() : setting.values.front());
  } else if (setting.shape == Shape::list) {
    sink.begin_list();
    for (const std::string& value : setting.values) sink.string(value);
    sink.end_list();
  } else {
    sink.begin_map();
    for (const auto& [key, value] : setting.pairs) {
      sink.key(key);
      sink.string(value);
    }
    sink.end_map();
  }
}

void redact(EffectiveSetting& setting) {
  for (std::string& value : setting.values) {
    if (is_secret_value(value)) value = kRedacted;
  }
  for (auto& [key, value] : setting.pairs) {
    if (is_secret_key(key) || is_secret_value(value)) value = kRedacted;
  }
}

}  // namespace r2i
