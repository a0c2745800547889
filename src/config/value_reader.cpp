#include "config/value_reader.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <filesystem>

namespace r2i::config {

namespace {

/// As it is written in YAML: whole numbers without a fraction.
std::string number_text(double value) {
  constexpr double kExact = 9007199254740992.0;
  if (std::trunc(value) == value && std::abs(value) < kExact)
    return fmt::format("{}", static_cast<std::int64_t>(value));
  return fmt::format("{}", value);
}

bool takes_numbers(const SettingInfo& info) {
  return info.key == "servicePorts";
}

}  // namespace

ValueReader::ValueReader(const std::string& path, std::size_t file, YamlDocument& document)
    : path_(path), file_(file), document_(document), reader_(cursor_) {
  const auto parent = std::filesystem::path(path).parent_path();
  folder_ = parent.empty() ? "" : parent.string() + "/";
  cursor_.open(document.json);
}

Place ValueReader::place(std::string_view owner) {
  cursor_.type();  // stands on the value
  return place(cursor_.offset(), document_.place(cursor_.offset()), owner);
}

Place ValueReader::key_place() {
  return place(cursor_.offset(), document_.key_place(cursor_.offset()), "");
}

Place ValueReader::place(std::size_t offset, LineColumn at, std::string_view owner) const {
  const std::string line = fmt::format("{}:{}", path_, at.line);
  const std::string key_path = reader_.path();
  Place place;
  place.position = fmt::format("{}:{}", line, at.column);
  place.text = fmt::format("{}{}{}", place.position, key_path.empty() ? "" : ": ", key_path);
  place.origin = owner.empty() ? line : fmt::format("{} ({})", owner, line);
  place.file = file_;
  place.offset = offset;
  return place;
}

Place ValueReader::start() const {
  Place place;
  place.text = path_ + ":1:1";
  place.file = file_;
  return place;
}

std::optional<std::string> ValueReader::scalar(bool numbers) {
  const auto type = cursor_.type();
  if (type == JsonCursor::Type::string) return std::string(cursor_.string());
  if (numbers && type == JsonCursor::Type::number) return number_text(cursor_.number());
  if (!cursor_.fault()) {
    const bool quotable = type == JsonCursor::Type::number || type == JsonCursor::Type::boolean;
    reader_.find(cursor_.offset(), fmt::format("expected a string, got {}{}", describe_type(type),
                                               quotable && !numbers ? ": put it between quotes" : ""));
  }
  cursor_.skip();
  return std::nullopt;
}

std::vector<std::string> ValueReader::texts(bool numbers, bool* wrong) {
  std::vector<std::string> texts;
  const auto one = [&] {
    if (auto text = scalar(numbers)) {
      texts.push_back(std::move(*text));
    } else if (wrong != nullptr) {
      *wrong = true;
    }
  };
  if (cursor_.type() == JsonCursor::Type::list) {
    reader_.list(one);
  } else {
    one();
  }
  return texts;
}

void ValueReader::metadata(GivenSetting& given) {
  static constexpr std::array<std::string_view, 1> kKeys = {"fromMetadata"};
  const std::size_t start = cursor_.offset();
  bool told = false;
  reader_.object(kKeys, [&](std::string_view key) {
    const auto text = key == kKeys.front() ? scalar(false) : std::nullopt;
    told = told || !text;
    given.metadata_key = text.value_or(given.metadata_key);
    return key == kKeys.front();
  });
  if (given.metadata_key.empty() && !told)
    reader_.find(start, "expected {fromMetadata: KEY} with a key of the metadata");
}

void ValueReader::map(GivenSetting& given) {
  reader_.object({}, [&](std::string_view key) {
    if (auto text = scalar(false)) given.pairs.emplace_back(key, std::move(*text));
    return true;
  });
}

void ValueReader::boolean(GivenSetting& given) {
  if (cursor_.type() == JsonCursor::Type::boolean) {
    given.values = {cursor_.boolean() ? "true" : "false"};
    return;
  }
  reader_.find(cursor_.offset(), fmt::format("expected true or false, got {}", describe_type(cursor_.type())));
  cursor_.skip();
}

void ValueReader::number(GivenSetting& given) {
  if (cursor_.type() == JsonCursor::Type::number) {
    given.values = {number_text(cursor_.number())};
    return;
  }
  reader_.find(cursor_.offset(), fmt::format("expected a number, got {}", describe_type(cursor_.type())));
  cursor_.skip();
}

std::optional<GivenSetting> ValueReader::setting(const SettingInfo& info, std::string_view owner) {
  GivenSetting given;
  given.info = &info;
  given.place = place(owner);
  if (may_come_from_metadata(info) && is_object()) {
    metadata(given);
    return given.metadata_key.empty() ? std::nullopt : std::optional(std::move(given));
  }
  switch (shape_of(info)) {
    case Shape::boolean:
      boolean(given);
      break;
    case Shape::map:
      map(given);
      return given;
    case Shape::list:
      given.values = texts(takes_numbers(info));
      return given;
    case Shape::number:
      number(given);
      break;
    case Shape::choice:
    case Shape::text:
    case Shape::duration:
      if (auto text = scalar(false)) given.values = {std::move(*text)};
      break;
  }
  return given.values.empty() ? std::nullopt : std::optional(std::move(given));
}

std::string relative_path(const std::string& folder, const std::string& path) {
  return path.empty() || path.starts_with('/') ? path : folder + path;
}

void ValueReader::finish(Problems& problems) {
  for (const Finding& finding : reader_.finish()) {
    const LineColumn at = finding.of_key ? document_.key_place(finding.offset) : document_.place(finding.offset);
    Place place;
    place.text = fmt::format("{}:{}:{}", path_, at.line, at.column);
    place.file = file_;
    place.offset = finding.offset;
    problems.add(place, finding.message);
  }
}

}  // namespace r2i::config
