#pragma once

#include <string>
#include <string_view>

namespace r2i {

/// `text` as a label's value in Kubernetes, or the name in its key: what cannot be in one is replaced by '-', the ends
/// are trimmed to letters and digits, and it is cut to 63 bytes. May become empty.
std::string legal_label_text(std::string_view text);

}  // namespace r2i
