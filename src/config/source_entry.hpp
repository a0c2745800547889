#pragma once

#include "base/environment.hpp"
#include "config/draft.hpp"

namespace r2i::config {

/// A source of a configuration file, with `${NAME}` filled in from the environment, paths relative to the file, and its
/// values checked. What is wrong goes to `problems`; a secret never does.
SourceSpec make_spec(const SourceDraft& draft, const Environment& environment, Problems& problems);

/// The text with each `${NAME}` filled in; `$${` stands for `${`. Nothing, with a problem, if a variable is not set.
std::optional<std::string> fill_in(const std::string& text, const Environment& environment, const Place& place,
                                   Problems& problems);

}  // namespace r2i::config
