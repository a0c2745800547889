#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace r2i::sources::eureka {

/// A document without its objects of the third depth, which are the applications in every dialect, and these apart: so
/// that the memory of a parser is that of one of them. In the skeleton `{"":N}` stands for part N.
struct Cut {
  struct Part {
    std::string_view text;
    std::size_t offset;    ///< in the document
    std::size_t skeleton;  ///< where the skeleton goes on behind it
  };
  std::string skeleton;
  std::vector<Part> parts;

  /// Where in the document a place of the skeleton is.
  [[nodiscard]] std::size_t document_offset(std::size_t skeleton_offset) const;
};
Cut cut_applications(std::string_view document);

}  // namespace r2i::sources::eureka
