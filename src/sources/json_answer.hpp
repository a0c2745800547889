#pragma once

#include "base/json_cursor.hpp"
#include "model/document_reader.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace r2i::sources {

inline bool is_null(DocumentReader& reader) {
  return reader.cursor().type() == JsonCursor::Type::null;
}

/// Reads a value; registries write null for what is empty in many places, and `out` stays as it is then.
template <typename T>
void read_unless_null(DocumentReader& reader, T& out) {
  if (!is_null(reader)) reader.read(out);
}

/// Calls `on_key` for each key of an object that may be null; it says whether it read the value.
template <typename OnKey>
void read_object(DocumentReader& reader, OnKey on_key) {
  if (!is_null(reader)) reader.members(on_key);
}

/// The first of the findings as a sentence about an answer, or nothing if there are none.
std::optional<std::string> broken_promise(const std::vector<Finding>& findings);

/// Reads the whole document with `read_root`; the error is the first thing that is wrong in it.
template <typename ReadRoot>
std::optional<std::string> read_document(JsonCursor& cursor, std::string& body, ReadRoot read_root,
                                         DocumentReader::Keys keys = DocumentReader::Keys::may_come_twice) {
  DocumentReader reader(cursor, keys);
  if (cursor.open(body)) read_root(reader);
  return broken_promise(reader.finish());
}

}  // namespace r2i::sources
