#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace r2i {

/// How a string stands in YAML.
enum class YamlStyle { plain, single_quoted, double_quoted, literal };

/// The style that kubectl picks for `text`, which must be UTF-8.
[[nodiscard]] YamlStyle yaml_style(std::string_view text);

/// Appends `text` as a scalar whose further lines are indented by `indent`. `out` must hold the current line from its
/// start, as the column decides where long text is folded. Ends with a line break only if the text is a literal block
/// that does.
void append_yaml_string(std::string& out, std::string_view text, std::size_t indent);

/// Appends a key and its colon. A key that is long or has line breaks takes the form `? key`, `: `; then, and only
/// then, the answer is false and the value begins right here, in column `indent` + 2.
bool append_yaml_key(std::string& out, std::string_view text, std::size_t indent);

}  // namespace r2i
