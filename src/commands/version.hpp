#pragma once

#include <string>

namespace r2i::commands {

/// "registry2istio 0.1.0"
std::string version_line();

}  // namespace r2i::commands
