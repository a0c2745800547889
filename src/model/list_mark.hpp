#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace r2i {

/// Texts as one annotation: sorted, each once, separated by commas; a comma or a percent sign of a text is written as
/// in a URL.
std::string list_mark(std::vector<std::string> texts);

/// The inverse of list_mark().
std::vector<std::string> read_list_mark(std::string_view mark);

}  // namespace r2i
