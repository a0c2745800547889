// Any bytes where people write small languages: addresses, sources, globs, durations.
#include "base/duration.hpp"
#include "base/error.hpp"
#include "base/pattern_set.hpp"
#include "base/text.hpp"
#include "base/url.hpp"
#include "config/source_spec.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (const auto url = r2i::parse_url(text); url && !url->password.empty() && url->password.reveal().size() > 8) {
    if (url->display().find(url->password.reveal()) != std::string::npos &&
        (url->host + url->path).find(url->password.reveal()) == std::string::npos) {
      std::abort();
    }
  }
  if (r2i::percent_decode(r2i::percent_encode(text)) != text) std::abort();
  if (!r2i::is_clean_text(r2i::clean_text(text))) std::abort();
  (void)r2i::parse_duration(text);
  r2i::config::Problems problems;
  (void)r2i::config::parse_source(text, problems);
  try {
    (void)r2i::PatternSet({text}).matches(text);
  } catch (const r2i::Error&) {
    return 0;
  }
  return 0;
}
