#pragma once

#include "base/text.hpp"
#include "config/given.hpp"
#include "config/settings.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace r2i::config {

/// Reads the values of one setting, whichever way it was given, and collects what is wrong with them.
class Resolver {
 public:
  Resolver(const GivenSetting& given, Problems& problems) : given_(given), problems_(problems) {}

  [[nodiscard]] const GivenSetting& given() const { return given_; }
  [[nodiscard]] Problems& problems() { return problems_; }
  void problem(std::string_view message) { problems_.add(given_.place, message); }

  /// The position of the value among the setting's choices; nothing, with a problem, if it is none of them.
  std::optional<std::size_t> choice();
  template <typename Enum>
  void choose(Enum& out) {
    if (const auto index = choice()) out = static_cast<Enum>(*index);
  }
  bool truth();
  std::optional<std::uint32_t> number(const std::string& text, std::uint32_t least, std::uint32_t most);
  void number(std::uint32_t& out, std::uint32_t least, std::uint32_t most);
  /// A number that is not negative, with or without a fraction.
  std::optional<double> real();
  void duration(std::chrono::milliseconds& out);
  void patterns(std::vector<std::string>& out);
  void text(std::string& out);
  void name(std::string& out, bool (*is_legal)(std::string_view), std::string_view what);

 private:
  const GivenSetting& given_;
  Problems& problems_;
};

/// Who reads the setting of a key.
template <typename Target>
struct Row {
  std::string_view key;
  void (*read)(Resolver&, Target&);
};

std::span<const Row<ConversionPatch>> conversion_rows();
std::span<const Row<Settings>> source_rows();
std::span<const Row<Settings>> plan_rows();
std::span<const Row<Settings>> output_rows();

/// Reads a setting of the conversion; false if it is none.
bool read_conversion(const GivenSetting& given, ConversionPatch& out, Problems& problems);
/// Reads any other setting.
void read_setting(const GivenSetting& given, Settings& out, Problems& problems);

}  // namespace r2i::config
