#pragma once

#include <tl/expected.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace r2i {

/// `{service}.service.consul`: literal text and variables.
class HostTemplate {
 public:
  enum class Variable { service, group, nspace, datacenter, kind, source, scope, peer };
  struct Part {
    std::string literal;  ///< empty: a variable
    Variable variable = Variable::service;
  };

  /// The error says what is wrong, with a suggestion for an unknown variable.
  static tl::expected<HostTemplate, std::string> parse(std::string_view text);

  [[nodiscard]] const std::vector<Part>& parts() const { return parts_; }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::vector<Part> parts_;
  std::string text_;
};

}  // namespace r2i
