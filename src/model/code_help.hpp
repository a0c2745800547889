#pragma once

#include "model/codes.hpp"

#include <span>
#include <string>
#include <string_view>

namespace r2i {

/// What `explain` says of a code beyond its row in the table of codes.
struct CodeHelp {
  Code code;
  std::string_view cause;    ///< how it comes about, a sentence or several
  std::string_view example;  ///< such a message as a run shows it: `R2I2040 error: service "pg" of consul/dc1: …`
  std::string_view answer;   ///< what to type, or lines of a configuration, or what to write in the registry
};

/// One row for each code, in the order of their numbers.
std::span<const CodeHelp> all_code_help();
const CodeHelp& code_help(Code code);

/// Whether `--ignore` may name it: a warning, a note, or an error of the conversion of one service. Errors of a source,
/// of Istio's limits and of the cluster guard that nothing is lost or deleted by mistake.
bool is_ignorable(const CodeInfo& info);

/// "error", "warning" or "info".
std::string_view severity_name(Severity severity);

/// The code that `R2I2040`, `r2i2040` or `2040` names, or nothing.
const CodeInfo* find_code(std::string_view text);
/// ` (did you mean "R2I2040"?)`, or nothing.
std::string did_you_mean_code(std::string_view text);

}  // namespace r2i
