// Any bytes as a template, and as what a registry says for its variables (behind the first line break): read again,
// what it was made of is the same; a host is a host that stays below the template's own end; the function `label` gives
// a legal value.
#include "model/check.hpp"
#include "model/text_template.hpp"
#include "transform/host.hpp"
#include "transform/variables.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

namespace {

using r2i::TextTemplate;

struct NoDiagnostics : r2i::Diagnostics {
  void report(r2i::Diagnostic) override {}
};

void require(bool holds) {
  if (!holds) std::abort();
}

r2i::Service service_of(std::string_view said) {
  auto source = std::make_shared<r2i::SourceInfo>();
  source->name = source->kind = "consul";
  auto scope = std::make_shared<r2i::Scope>();
  scope->source = source;
  scope->datacenter = said.substr(0, said.size() / 2);
  r2i::Service service;
  service.name = said;
  service.scope = scope;
  service.group = said.substr(said.size() / 2);
  return service;
}

/// What every host of the template ends in: its last literal text, from a dot on. A label that is too long is
/// shortened.
std::string literal_end(const TextTemplate& pattern) {
  const std::string& last = pattern.parts().back().literal;
  return last.substr(std::min(last.find('.'), last.size()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto line = text.find('\n');
  const std::string_view written = text.substr(0, line);
  const r2i::Service service = service_of(line == std::string_view::npos ? "" : text.substr(line + 1));
  NoDiagnostics diagnostics;
  if (const auto pattern = TextTemplate::parse(written)) {
    require(TextTemplate::parse(pattern->text())->parts().size() == pattern->parts().size());
    (void)r2i::transform::fill(*pattern, service);
    for (const TextTemplate::Part& part : pattern->parts()) {
      const bool labelled =
          !part.functions.empty() && part.functions.back().kind == TextTemplate::Function::Kind::label;
      if (labelled) require(r2i::is_label_value(r2i::filled(part, service.name)));
    }
  } else {
    require(!pattern.error().empty());
  }
  if (const auto pattern = TextTemplate::parse_host(written)) {
    const auto host = r2i::transform::host_by(*pattern, service, diagnostics);
    if (host) require(r2i::is_host_name(*host) && host->ends_with(literal_end(*pattern)));
  }
  return 0;
}
