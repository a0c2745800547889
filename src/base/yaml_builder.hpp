#pragma once

#include "base/yaml_reader.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/mark.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace r2i {

/// Makes JSON of the events of one YAML document after the other. Throws YAML::ParserException for what cannot be JSON.
class YamlBuilder : public YAML::EventHandler {
 public:
  /// The document since the last call.
  [[nodiscard]] YamlDocument take();
  /// Whether the document holds nothing, or null.
  [[nodiscard]] bool is_empty() const { return json_.empty() || json_ == "null"; }
  /// Where the first token of the document stands: `---`, or its root.
  [[nodiscard]] const YAML::Mark& start() const { return start_; }

  /// Where the scalar that came last, and its properties, begin.
  [[nodiscard]] const YAML::Mark& last_scalar() const { return last_scalar_; }

  void OnDocumentStart(const YAML::Mark& mark) override;
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override;
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override;
  void OnSequenceEnd() override { end_collection(']'); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override;
  void OnMapEnd() override { end_collection('}'); }

 private:
  /// A list or a map that is being written.
  struct Frame {
    YAML::anchor_t anchor = 0;
    std::size_t start = 0;       ///< in the JSON
    std::size_t first_mark = 0;  ///< its own
    std::size_t height = 1;      ///< how many levels it has so far
    bool is_map = false;
    bool at_key = false;  ///< what comes next is a key
    bool is_empty = true;
  };

  /// A value that has a name, which aliases repeat.
  struct Anchored {
    std::size_t start = 0;
    std::size_t end = 0;
    std::size_t first_mark = 0;
    std::size_t end_mark = 0;
    std::size_t height = 0;
  };

  [[nodiscard]] bool at_key() const { return !frames_.empty() && frames_.back().at_key; }
  void begin_value(const YAML::Mark& mark);
  void end_value(const Anchored& value, YAML::anchor_t anchor);
  void begin_collection(const YAML::Mark& mark, YAML::anchor_t anchor, bool is_map);
  void end_collection(char bracket);
  void scalar(const YAML::Mark& mark, YAML::anchor_t anchor, std::string_view json);
  void key(const YAML::Mark& mark, YAML::anchor_t anchor, std::string_view json);
  void append_alias(const Anchored& value);

  YAML::Mark start_;
  YAML::Mark last_scalar_;
  std::string json_;
  std::vector<YamlDocument::Mark> marks_;
  std::vector<Frame> frames_;
  std::unordered_map<YAML::anchor_t, Anchored> anchored_;
  std::size_t repeated_ = 0;  ///< bytes that aliases have added, in all documents
};

}  // namespace r2i
