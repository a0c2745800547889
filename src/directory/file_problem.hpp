#pragma once

#include <string>

namespace r2i::directory {

/// What is wrong with a file of a directory.
struct FileProblem {
  std::string place;  ///< `sub/file.yaml:3:7`, or without line and column if it is about the whole file
  std::string message;

  friend bool operator==(const FileProblem&, const FileProblem&) = default;
};

}  // namespace r2i::directory
