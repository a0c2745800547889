#pragma once

#include "base/sink.hpp"
#include "model/manifest.hpp"

#include <string_view>

namespace r2i {

/// Tells a manifest to a sink, keys in kubectl's order, nothing that is empty. `version` is "v1" or "v1beta1".
void describe(Sink& sink, const Manifest& manifest, std::string_view version);
void describe(Sink& sink, const ServiceEntry& entry, std::string_view version);
void describe(Sink& sink, const WorkloadEntry& entry, std::string_view version);

}  // namespace r2i
