#pragma once

#include <string>
#include <string_view>

namespace r2i {

/// `text` cut to `limit` bytes so that `-` and a hash of `hashed` fit behind it; a cut does not end in a separator.
std::string cut_with_hash(std::string_view text, std::string_view hashed, std::size_t limit);

/// The value of the label mark::kHost, by which a ServiceEntry selects its WorkloadEntries: the host, cut to what a
/// label may hold.
std::string selector_value(const std::string& host);

}  // namespace r2i
