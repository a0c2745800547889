#pragma once

#include <string>
#include <string_view>

namespace r2i {

/// What a plain (unquoted) scalar of YAML means.
struct YamlValue {
  enum class Kind {
    null,
    boolean,
    number,
    string,
    not_finite,  ///< infinity or "not a number", which JSON has no word for
  };
  Kind kind = Kind::string;
  std::string text;  ///< as JSON has it: "true", "8", "1e+30"; of a string the string itself
};

/// Types as Kubernetes' own reader (sigs.k8s.io/yaml) tells them: `yes` is a boolean, `010` is 8, `1_000` is 1000;
/// dates and times stay strings. Integers of up to 64 bits keep every digit.
[[nodiscard]] YamlValue resolve_yaml(std::string_view text);

}  // namespace r2i
