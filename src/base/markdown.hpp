#pragma once

#include <string>
#include <string_view>

namespace r2i {

/// A code span of Markdown: nothing in it is read as Markdown, HTML, a link or a mention. `text` is on one line.
std::string markdown_code(std::string_view text);

}  // namespace r2i
