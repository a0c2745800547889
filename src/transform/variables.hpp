#pragma once

#include "model/service.hpp"
#include "model/text_template.hpp"
#include "transform/choices.hpp"

#include <string>
#include <string_view>

namespace r2i::transform {

/// What the registry says for a variable.
std::string_view value_of(TextTemplate::Variable variable, const Service& service);

/// The template filled for a service.
std::string fill(const TextTemplate& pattern, const Service& service);
/// Maps of templates filled; of a key that several have the last one counts.
TextMap filled_maps(const Chosen<TemplateMap>& maps, const Service& service);

}  // namespace r2i::transform
