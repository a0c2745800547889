#pragma once

#include "base/context.hpp"
#include "sources/source.hpp"
#include "support/collected.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace r2i::testing {

/// What a source gave, and what it said meanwhile.
struct Fetched : Progress {
  void update(std::string_view /*what*/, std::size_t /*done*/, std::size_t /*total*/) override {}
  void line(std::string_view text) override { lines.emplace_back(text); }

  [[nodiscard]] bool complete() const { return std::ranges::all_of(states, &SourceState::complete); }

  std::vector<SourceState> states;
  CollectedServices services;
  Collected diagnostics;
  std::vector<std::string> lines;
};

inline std::unique_ptr<Fetched> fetched(const SourceSpec& spec, const NameRules& names = {},
                                        const std::stop_token& stop = {}) {
  auto result = std::make_unique<Fetched>();
  const Environment environment;
  Context context{result->diagnostics, *result, stop, environment};
  sources::FetchOptions options;
  options.names = names;
  result->states = sources::make_source(spec, options, environment)->fetch(context, result->services);
  return result;
}

/// A snapshot of one scope, dc1, as text; `services` and `scope` are JSON.
inline std::string snapshot(std::string_view source, std::string_view services,
                            std::string_view scope = R"("complete":true)") {
  return fmt::format(
      "{{\"apiVersion\":\"registry2istio.io/"
      "v1\",\"kind\":\"Snapshot\",\"source\":{{\"name\":\"{}\",\"kind\":\"consul\"}},\n"
      "\"scopes\":[{{\"name\":\"dc1\",{}}}],\n\"services\":[{}]}}",
      source, scope, services);
}

}  // namespace r2i::testing
