#pragma once

#include <tl/expected.hpp>

#include <stop_token>
#include <string>
#include <vector>

namespace r2i {

/// The whole of a file, of a pipe, or of standard input for "-". The error is the system's text, or "interrupted" once
/// `stop` fires while a pipe or a terminal has nothing to give.
tl::expected<std::string, std::string> read_file(const std::string& path, const std::stop_token& stop = {});

bool is_directory(const std::string& path);

/// The paths of the files in `dir` whose names end in `suffix` and do not start with a dot, sorted.
tl::expected<std::vector<std::string>, std::string> list_files(const std::string& dir, const std::string& suffix);

}  // namespace r2i
