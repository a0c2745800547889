#pragma once

#include "base/diagnostic.hpp"
#include "model/service.hpp"
#include "model/text_template.hpp"
#include "transform/choices.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace r2i::transform {

/// Row 4: the host of a service by its template. A label that had to be altered or shortened is reported; nothing, with
/// an error reported, if no host comes out.
std::optional<std::string> host_of(const Service& service, const Choices& choices, Diagnostics& diagnostics);

/// The same for a template that was chosen, without a word about what was altered.
std::optional<std::string> host_by(const TextTemplate& pattern, const Service& service, Diagnostics& diagnostics);

/// Whether a service's own name is a label of the host, unaltered.
bool is_own_name(const std::string& service_name, const std::string& host);

/// `text` as one DNS label: lower case, every other character than a-z, 0-9 and '-' replaced by '-', at most 63 bytes;
/// shortened names end in a hash of the whole, and a text of which nothing is left is a hash alone.
std::string host_label(std::string_view text);

}  // namespace r2i::transform
