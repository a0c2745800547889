#pragma once

#include "base/environment.hpp"
#include "base/error.hpp"
#include "base/secret.hpp"
#include "model/settings.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace r2i::sources {

/// The settings of one source, typed: what its address says, else the registry's own variable (model/settings.hpp),
/// else nothing. Every function throws Error{usage} that names the setting and where its value came from.
class Values {
 public:
  Values(const SourceSpec& spec, const Environment& environment) : spec_(spec), environment_(environment) {}

  [[nodiscard]] std::optional<std::string> text(std::string_view key) const;
  /// A secret: from a configuration file, else from the registry's own variable, else empty.
  [[nodiscard]] Secret secret(std::string_view key) const;
  /// Whether the source's address or its entry in a configuration file gives the setting.
  [[nodiscard]] bool is_given(const std::string& key) const;
  /// A list that a configuration file gives; nothing: it gives none.
  [[nodiscard]] const std::vector<std::string>* given_list(std::string_view key) const;
  [[nodiscard]] std::vector<std::string> list(std::string_view key) const;  ///< separated by commas
  [[nodiscard]] bool boolean(std::string_view key, bool fallback) const;
  [[nodiscard]] std::chrono::milliseconds duration(std::string_view key, std::chrono::milliseconds fallback) const;
  [[nodiscard]] std::uint64_t count(std::string_view key, std::uint64_t fallback) const;
  [[nodiscard]] std::string choice(std::string_view key,
                                   const std::vector<std::string>& choices) const;  ///< the first: default

  /// `consul=http://c:8500: maxStale: message`
  [[nodiscard]] Error error(std::string_view key, std::string_view message) const;

 private:
  [[nodiscard]] std::string_view variable(std::string_view key) const;

  const SourceSpec& spec_;
  const Environment& environment_;
};

/// Go's strconv.ParseBool: 1, t, T, true, TRUE, True and their opposites.
std::optional<bool> parse_boolean(std::string_view text);

}  // namespace r2i::sources
