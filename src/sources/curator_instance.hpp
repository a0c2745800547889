#pragma once

#include "base/flat_json.hpp"
#include "sources/key_layout.hpp"

#include <string>
#include <string_view>

namespace r2i::sources {

/// Reads a `ServiceInstance` of Curator's service discovery, as it is written by Curator itself, by Spring Cloud
/// (payload.metadata, payload.metadata.instance_status) and by Dubbo 3 (payload.metadata["dubbo.endpoints"]).
/// `layout`: the form of the keys; `key`: behind the root; `tree`: for scratch.
KeyReading read_curator_instance(const KeyLayout& layout, std::string_view key, std::string data, FlatJson& tree);

}  // namespace r2i::sources
