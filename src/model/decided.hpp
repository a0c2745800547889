#pragma once

#include <string>

namespace r2i {

/// A value and what decided it: `default`, `--health`, `R2I_HEALTH`, `tag "grpc"`, `well-known port 5432`.
template <typename T>
struct Decided {
  T value{};
  std::string origin = "default";
};

}  // namespace r2i
