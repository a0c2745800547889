#pragma once

#include "base/flat_json.hpp"

#include <tl/expected.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace r2i::sources {

/// Dubbo 3 registers applications. Which interfaces they offer stands elsewhere: in `mapping/INTERFACE`, the
/// applications that offer it, separated by commas; in `metadata/APPLICATION/REVISION`, what those of its instances
/// offer that say so.

/// The applications of a mapping, sorted, each once.
std::vector<std::string> parse_mapping(std::string_view data);

/// The services of a MetadataInfo, sorted, each once: `INTERFACE[:VERSION[:GROUP]]`, as Dubbo 2's are called here. The
/// error says what is not as Dubbo writes it.
tl::expected<std::vector<std::string>, std::string> parse_metadata_info(std::string data, FlatJson& tree);

}  // namespace r2i::sources
