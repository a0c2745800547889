#pragma once

#include "base/recent.hpp"
#include "model/shared.hpp"

#include <string>
#include <string_view>

namespace r2i {

/// Makes texts that are alike, and met shortly after each other, one in memory.
class SharedTexts {
 public:
  SharedText share(std::string_view text) {
    const SharedText* known = recent_.find([&](const SharedText& one) { return one.get() == text; });
    return known != nullptr ? *known : recent_.add(std::string(text));
  }

 private:
  Recent<SharedText> recent_;
};

}  // namespace r2i
