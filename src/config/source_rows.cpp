#include "config/resolver.hpp"
#include "config/source_spec.hpp"
#include "model/check.hpp"

#include <array>

namespace r2i::config {

namespace {

void read_owner(Resolver& resolver, Settings& settings) {
  resolver.name(settings.conversion.owner, is_label_value, "label's value in Kubernetes");
  settings.owner_given = true;
}

void read_from(Resolver& resolver, Settings& settings) {
  for (const std::string& text : resolver.given().values) {
    settings.sources.push_back(parse_source(text, resolver.problems()));
    settings.sources.back().origin = resolver.given().place.text;
  }
}

constexpr auto kSourceRows = std::to_array<Row<Settings>>({
    {"from", read_from},
    {"include", [](Resolver& r, Settings& s) { r.patterns(s.names.include); }},
    {"exclude", [](Resolver& r, Settings& s) { r.patterns(s.names.exclude); }},
    {"requestTimeout", [](Resolver& r, Settings& s) { r.duration(s.request_timeout); }},
    {"parallelism",
     [](Resolver& r, Settings& s) {
       constexpr std::uint32_t kMost = 128;
       r.number(s.parallelism, 1, kMost);
     }},
    {"allowPartial", [](Resolver& r, Settings& s) { s.allow_partial = r.truth(); }},
    {"owner", read_owner},
});

}  // namespace

std::span<const Row<Settings>> source_rows() {
  return kSourceRows;
}

}  // namespace r2i::config
