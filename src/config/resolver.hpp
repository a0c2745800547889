#pragma once

#include "base/text.hpp"
#include "config/settings.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace r2i::config {

/// One setting that was given: its values and by what.
struct Given {
  const SettingInfo& info;
  std::vector<std::string> values;
  std::string origin;  ///< "--health" or "R2I_HEALTH"

  [[nodiscard]] const std::string& last() const { return values.back(); }
};

/// Reads what was given into settings, and collects what is wrong with it.
class Resolver {
 public:
  explicit Resolver(Settings& settings) : settings_(settings) {}

  [[nodiscard]] Settings& settings() { return settings_; }
  [[nodiscard]] std::vector<std::string>& problems() { return problems_; }
  void problem(const Given& given, std::string_view message);

  /// The position of the value among the setting's choices; nothing, with a problem, if it is none of them.
  std::optional<std::size_t> choice(const Given& given);
  template <typename Enum>
  void choose(const Given& given, Enum& out) {
    if (const auto index = choice(given)) out = static_cast<Enum>(*index);
  }
  bool truth(const Given& given);
  std::optional<std::uint32_t> number(const Given& given, const std::string& text, std::uint32_t least,
                                      std::uint32_t most);
  void number(const Given& given, std::uint32_t& out, std::uint32_t least, std::uint32_t most);
  void duration(const Given& given, std::chrono::milliseconds& out);
  void globs(const Given& given, std::vector<std::string>& out);
  void text(const Given& given, std::string& out);
  void name(const Given& given, std::string& out, bool (*is_legal)(std::string_view), std::string_view what);

 private:
  Settings& settings_;
  std::vector<std::string> problems_;
};

/// Who reads the setting of a key.
struct Row {
  std::string_view key;
  void (*read)(Resolver&, const Given&);
};

std::span<const Row> source_rows();
std::span<const Row> conversion_rows();
std::span<const Row> plan_rows();
std::span<const Row> output_rows();

}  // namespace r2i::config
