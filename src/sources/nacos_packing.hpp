#pragma once

#include "base/json_cursor.hpp"
#include "model/document_reader.hpp"

#include <tl/expected.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace r2i::sources::nacos {

/// How an answer is packed: bare (v1), or as {"code", "message", "data"} (v2, v3), in which an error may hide behind
/// status 200.
enum class Packing { bare, envelope };

/// What is wrong with an answer, as a sentence.
using Flaw = std::optional<std::string>;

/// What an answer says, or its flaw.
template <typename T>
using Parsed = tl::expected<T, std::string>;

/// Reads a document whose root is an object or list of `type`, or has one as its `data`.
Flaw read_packed(JsonCursor& cursor, std::string& body, Packing packing, JsonCursor::Type type,
                 const std::function<void(DocumentReader&)>& read_root);

/// The flaw of an answer without this key.
std::string lacks(std::string_view key);

}  // namespace r2i::sources::nacos
