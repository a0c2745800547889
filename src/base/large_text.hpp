#pragma once

#include "base/json_cursor.hpp"

#include <cstddef>
#include <string>
#include <utility>

namespace r2i {

/// A text that can be given back to the system while it is read, so that it and what is made of it are never whole in
/// memory at once. It still knows the line of every place that is left.
class LargeText {
 public:
  explicit LargeText(std::string text) : text_(std::move(text)) {}

  [[nodiscard]] std::string& text() { return text_; }

  /// What lies before this offset stays, as it is read again.
  void keep(std::size_t offset);
  /// What lies between there and this offset is not read again. To be called with growing offsets; few bytes are left
  /// until they are many.
  void spend(std::size_t offset);
  /// Where an offset lies that was kept or not spent yet.
  [[nodiscard]] LineColumn place(std::size_t offset) const;

 private:
  std::string text_;
  std::size_t first_ = 0;    ///< what is spent: from here
  std::size_t last_ = 0;     ///< to here
  LineColumn behind_{1, 1};  ///< where `last_` lies
};

}  // namespace r2i
