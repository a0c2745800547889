#pragma once

#include <tl/expected.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace r2i {

/// Literal text, and variables with functions: `{service}.service.consul`, `{group|default:shared|lower}`.
///
/// The functions: `lower`; `replace:OLD:NEW`; `default:TEXT`, for a variable that is empty; `label`, which makes a
/// legal label's value of it.
class TextTemplate {
 public:
  enum class Variable { service, group, nspace, datacenter, kind, source, scope, peer };
  struct Function {
    enum class Kind { lower, replace, default_, label };
    Kind kind;
    std::string first;   ///< of `default` its text, of `replace` what is replaced
    std::string second;  ///< of `replace` by what
  };
  struct Part {
    std::string literal;  ///< empty: a variable
    Variable variable = Variable::service;
    std::vector<Function> functions{};
  };

  /// The error says what is wrong, with a suggestion for an unknown variable or function.
  static tl::expected<TextTemplate, std::string> parse(std::string_view text);
  /// As parse(); with values that are words it must give a host name, so that every host ends as the template does.
  static tl::expected<TextTemplate, std::string> parse_host(std::string_view text);

  [[nodiscard]] const std::vector<Part>& parts() const { return parts_; }
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] bool names(Variable variable) const;
  /// The text with what `value_of` says for the variables.
  [[nodiscard]] std::string fill(const std::function<std::string_view(Variable)>& value_of) const;

 private:
  std::vector<Part> parts_;
  std::string text_;
};

/// What a part becomes for a value of its variable.
std::string filled(const TextTemplate::Part& part, std::string_view value);

}  // namespace r2i
