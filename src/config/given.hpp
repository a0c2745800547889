#pragma once

#include "model/settings.hpp"

#include <cstddef>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace r2i::config {

/// Where something was said: on the command line, in the environment, or in a file.
struct Place {
  std::string text;    ///< "--health", "R2I_HEALTH", "mesh.yaml:3:11: defaults.health"
  std::string origin;  ///< for whoever asks why: "--health", "defaults (mesh.yaml:3)", `rule "tcp" (mesh.yaml:12)`
  /// The order of messages: file by file from top to bottom, then what has no file.
  std::size_t file = std::numeric_limits<std::size_t>::max();
  std::size_t offset = 0;
  std::string position{};  ///< "mesh.yaml:3:11"; empty: it is in no file

  /// Where to look: the position, else the flag or the variable.
  [[nodiscard]] const std::string& where() const { return position.empty() ? text : position; }
};

/// One setting that was given: its values, and where.
struct GivenSetting {
  const SettingInfo* info = nullptr;
  std::vector<std::string> values;                         ///< one, but for lists
  std::vector<std::pair<std::string, std::string>> pairs;  ///< of a map
  std::string metadata_key;                                ///< of `{fromMetadata: KEY}`; else empty
  Place place;

  [[nodiscard]] const std::string& last() const { return values.back(); }
};

/// What is wrong with what was given, all of it.
class Problems {
 public:
  void add(const Place& place, std::string_view message);
  /// Of no place, or with the place in the message.
  void add(std::string message);
  [[nodiscard]] bool empty() const { return found_.empty(); }
  /// One line for each, in the order of their places.
  [[nodiscard]] std::vector<std::string> lines() const;
  /// Throws Error{usage} with these lines, if there is one.
  void raise() const;

 private:
  struct Problem {
    std::size_t file;
    std::size_t offset;
    std::string message;
  };
  std::vector<Problem> found_;
};

}  // namespace r2i::config
