#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace r2i {

/// The environment variables, read once. An empty variable counts as unset.
class Environment {
 public:
  Environment() = default;
  explicit Environment(std::map<std::string, std::string, std::less<>> variables) : variables_(std::move(variables)) {}

  /// The process's own variables.
  static Environment of_process();

  [[nodiscard]] std::optional<std::string> get(std::string_view name) const;

 private:
  std::map<std::string, std::string, std::less<>> variables_;
};

}  // namespace r2i
