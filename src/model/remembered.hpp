#pragma once

#include "base/recent.hpp"
#include "model/document_reader.hpp"

#include <cstddef>
#include <string_view>

namespace r2i {

/// What the objects or lists of a document that were read last mean: one that is written like one of them means the
/// same, and is not read again. It serves one document, and one kind of object in it.
template <typename T, std::size_t kMost = 8>
class Remembered {
 public:
  /// What the current value means, which `read` reads from the reader where it has to be read.
  template <typename Read>
  T read(DocumentReader& reader, Read read) {
    JsonCursor& cursor = reader.cursor();
    const One* known = recent_.find([&](const One& one) { return cursor.skip_like(one.written); });
    if (known != nullptr) return known->meaning;
    const JsonCursor::Type type = cursor.type();
    if (type != JsonCursor::Type::object && type != JsonCursor::Type::list) return read();
    const std::size_t start = cursor.offset();
    T meaning = read();
    // What has faults is to tell of them wherever it stands.
    if (!reader.has_findings()) recent_.add({cursor.written(start), meaning});
    return meaning;
  }

 private:
  struct One {
    std::string_view written{};
    T meaning{};
  };
  Recent<One, kMost> recent_;
};

}  // namespace r2i
