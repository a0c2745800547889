#pragma once

#include "model/conversion.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace r2i {

/// The value of a setting as a configuration file has it, on one line: "passing", "[80, instance]", "{team: a}",
/// "{fromMetadata: proto}". `key` is that of the setting.
std::string setting_text(std::string_view key, bool value);
std::string setting_text(std::string_view key, double value);
std::string setting_text(std::string_view key, const std::string& value);
std::string setting_text(std::string_view key, const std::vector<std::string>& value);
std::string setting_text(std::string_view key, const TextTemplate& value);
std::string setting_text(std::string_view key, const std::vector<TextTemplate>& value);
std::string setting_text(std::string_view key, const Stated<TextTemplate>& value);
std::string setting_text(std::string_view key, const Stated<std::string>& value);
std::string setting_text(std::string_view key, const Stated<double>& value);
std::string setting_text(std::string_view key, const ServicePortRule& value);
std::string setting_text(std::string_view key, const LabelKeys& value);
std::string setting_text(std::string_view key, const std::vector<IpNetwork>& value);
std::string setting_text(std::string_view key, const TextMap& value);
std::string setting_text(std::string_view key, const TemplateMap& value);
std::string setting_text(std::string_view key, HealthPolicy value);
std::string setting_text(std::string_view key, TcpWithoutAddress value);
std::string setting_text(std::string_view key, Layout value);
std::string setting_text(std::string_view key, TlsMode value);
std::string setting_text(std::string_view key, Resolution value);
std::string setting_text(std::string_view key, Location value);

}  // namespace r2i
