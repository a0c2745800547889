// Any bytes as an answer of an API server's: reading ends with a value or an error, and the short cut to the continue
// token never finds another one than the whole page has.
#include "kube/api_versions.hpp"
#include "kube/live_state.hpp"
#include "kube/page.hpp"
#include "kube/status.hpp"
#include "kube/warning_header.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

class Ignored : public r2i::Diagnostics {
 public:
  void report(r2i::Diagnostic /*diagnostic*/) override {}
};

class Counted : public r2i::LiveSink {
 public:
  void object(r2i::LiveObject&& live) override {
    if (r2i::meta_of(live.manifest).name.empty()) std::abort();
    ++count;
  }
  void restart() override {}
  std::size_t count = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static r2i::JsonCursor cursor;
  const std::string text(reinterpret_cast<const char*>(data), size);
  Ignored diagnostics;
  Counted objects;
  std::string body = text;
  const auto token = r2i::kube::peek_continue_token(cursor, text);
  const auto page = r2i::kube::read_page(cursor, body, diagnostics, objects);
  if (page && (page->objects != objects.count || (token && *token != page->continue_token))) std::abort();
  (void)r2i::kube::describe(r2i::kube::read_status(cursor, {.status = 422, .headers = {}, .body = text}));
  (void)r2i::kube::describe_conflict(r2i::kube::read_status(cursor, {.status = 409, .headers = {}, .body = text}));
  (void)r2i::kube::read_object(cursor, text);
  (void)r2i::kube::read_written(cursor, text);
  (void)r2i::kube::read_api_group(cursor, text);
  (void)r2i::kube::read_warnings(text);
  return 0;
}
