#pragma once

#include "base/diagnostic.hpp"
#include "base/json_cursor.hpp"
#include "model/live_object.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace r2i::kube {

/// What a page of a LIST says besides its objects.
struct Page {
  std::string continue_token{};  ///< empty: it is the last one
  std::size_t objects = 0;
};

/// Reads a page and hands over its objects one by one. An object that cannot be read in full is reported and handed
/// over without what would make it ours (design §7), so that it can only be in the way of a change. The error says what
/// makes the page unusable; objects before that have been handed over.
tl::expected<Page, std::string> read_page(JsonCursor& cursor, std::string& body, Diagnostics& diagnostics,
                                          LiveSink& sink);

/// The continue token of a page (empty: the last one) without reading its objects; nothing where its metadata does not
/// stand at the end, as an API server writes it. It is right if the whole page is valid JSON.
std::optional<std::string> peek_continue_token(JsonCursor& cursor, std::string_view body);

}  // namespace r2i::kube
