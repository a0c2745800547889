#pragma once

#include "transform/choices.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace r2i::transform {

/// A setting of the conversion, the value that holds, and what decided it.
struct ExplainedSetting {
  std::string_view key;
  std::string value;   ///< as a configuration has it; of a default what the table of settings says of it
  std::string origin;  ///< "default", "--health", `rule "tcp" (mesh.yaml:12)`; of a map each place that says some of it

  friend bool operator==(const ExplainedSetting&, const ExplainedSetting&) = default;
};

/// All settings of a service, in the order of visit_fields(). One of endpoints for which rules chose differently from
/// instance to instance has the value kByInstance and no origin.
std::vector<ExplainedSetting> explain_settings(const ServiceChoices& choices);
inline constexpr std::string_view kByInstance = "differs by instance";

/// Of such settings those of one instance, by its position.
std::vector<ExplainedSetting> explain_instance(const ServiceChoices& choices, std::size_t instance);

}  // namespace r2i::transform
