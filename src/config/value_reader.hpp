#pragma once

#include "base/yaml_reader.hpp"
#include "config/draft.hpp"
#include "model/document_reader.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace r2i::config {

/// Reads values of one configuration file, each with its place.
class ValueReader {
 public:
  /// All must outlive it. `path` is the file's name, `file` its position among the files.
  ValueReader(const std::string& path, std::size_t file, YamlDocument& document);

  [[nodiscard]] DocumentReader& reader() { return reader_; }
  [[nodiscard]] JsonCursor& cursor() { return cursor_; }
  /// The place of the current value. `owner` is what a reason says of it: "defaults", `rule "tcp"`; or nothing.
  Place place(std::string_view owner);
  /// Of the key that the cursor's value has.
  Place key_place();
  [[nodiscard]] Place start() const;
  bool is_object() { return cursor_.type() == JsonCursor::Type::object; }
  /// The folder of the file, with its slash; empty for the working directory.
  [[nodiscard]] const std::string& folder() const { return folder_; }

  /// The current value as a value of the setting; nothing, with a finding, if it cannot be one.
  std::optional<GivenSetting> setting(const SettingInfo& info, std::string_view owner);
  /// Text, from a string or, where `numbers`, from a number. Nothing, with a finding, from anything else.
  std::optional<std::string> scalar(bool numbers);
  /// A list of texts, or one text. `wrong` tells whether there was a finding.
  std::vector<std::string> texts(bool numbers, bool* wrong = nullptr);

  /// Adds what was found to the problems.
  void finish(Problems& problems);

 private:
  [[nodiscard]] Place place(std::size_t offset, LineColumn at, std::string_view owner) const;
  void metadata(GivenSetting& given);
  void map(GivenSetting& given);
  void boolean(GivenSetting& given);
  void number(GivenSetting& given);

  std::string path_;
  std::string folder_;
  std::size_t file_;
  YamlDocument& document_;
  JsonCursor cursor_;
  DocumentReader reader_;
};

/// A path in a file of this folder.
std::string relative_path(const std::string& folder, const std::string& path);

}  // namespace r2i::config
