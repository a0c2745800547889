#pragma once

#include <array>
#include <cstddef>
#include <utility>

namespace r2i {

/// The few values that were met last: what follows is often one of them.
template <typename T, std::size_t kMost = 8>
class Recent {
 public:
  /// The latest one for which `is` holds, or nothing. It lives until as many have been added.
  template <typename Is>
  [[nodiscard]] const T* find(Is is) const {
    for (std::size_t age = 1; age <= kMost; ++age) {
      const T& value = values_[(next_ + kMost - age) % kMost];
      if (is(value)) return &value;
    }
    return nullptr;
  }
  /// In place of the oldest one.
  const T& add(T value) {
    T& oldest = values_[next_];
    next_ = (next_ + 1) % kMost;
    return oldest = std::move(value);
  }

 private:
  std::array<T, kMost> values_{};  ///< a circle; those that were never met are what a T is by default
  std::size_t next_ = 0;
};

}  // namespace r2i
