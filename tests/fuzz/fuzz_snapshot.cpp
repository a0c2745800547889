// Any bytes as a snapshot: reading ends, and what is read converts to objects that pass our own check of Istio's rules.
#include "base/json_writer.hpp"
#include "base/output.hpp"
#include "base/yaml_writer.hpp"
#include "model/check.hpp"
#include "model/describe.hpp"
#include "model/snapshot.hpp"
#include "transform/combine.hpp"
#include "transform/convert.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

namespace {

struct NoDiagnostics : r2i::Diagnostics {
  void report(r2i::Diagnostic) override {}
};

struct Converter : r2i::ServiceSink {
  NoDiagnostics diagnostics;
  r2i::ConversionSettings settings;
  std::optional<r2i::transform::RuleBook> rules;
  std::vector<r2i::transform::Converted> all;

  void service(r2i::Service&& service) override {
    if (!service.complete) return;
    if (auto converted = r2i::transform::convert(std::move(service), *rules, diagnostics)) all.push_back(*converted);
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Converter converter;
  auto& typed = converter.settings.typed;
  typed.dns_capture = r2i::Decided<bool>{size % 2 == 1};
  typed.layout = r2i::Decided<r2i::Layout>{size % 4 < 2 ? r2i::Layout::inline_ : r2i::Layout::workload_entries};
  converter.rules.emplace(converter.settings);
  r2i::LargeText text(std::string(reinterpret_cast<const char*>(data), size));
  const auto contents = r2i::read_snapshot(text, converter);
  if (!contents.findings.empty()) return 0;
  const auto manifests = r2i::transform::combine(std::move(converter.all), converter.diagnostics);
  r2i::StringOutput out;
  r2i::YamlWriter yaml(out);
  for (const auto& object : manifests.objects) {
    if (!std::visit([](const auto& entry) { return r2i::check(entry).empty(); }, object)) std::abort();
    yaml.begin_document();
    r2i::describe(yaml, object, "v1");
  }
  return 0;
}
