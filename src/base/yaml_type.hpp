#pragma once

#include <string_view>

namespace r2i {

/// Whether `word`, which begins with a letter, is a boolean or null of YAML 1.1. Only `no`, `No` and `NO` are, `nO` is
/// not.
[[nodiscard]] bool is_yaml_keyword(std::string_view word);

/// Whether `text`, written plain, would be read as something else than a string: by YAML 1.1 or 1.2, as Kubernetes'
/// reader tells types.
[[nodiscard]] bool has_other_yaml_type(std::string_view text);

}  // namespace r2i
