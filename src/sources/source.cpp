#include "sources/source.hpp"

#include "base/text.hpp"
#include "sources/consul.hpp"
#include "sources/etcd.hpp"
#include "sources/exec.hpp"
#include "sources/file.hpp"
#include "sources/merged.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace r2i::sources {

namespace {

using Make = std::unique_ptr<Source> (*)(const SourceSpec&, const FetchOptions&, const Environment&);

// A new kind is a row here, a file beside this one, its settings in model/settings.cpp, and its own variables in
// own_settings.cpp.
constexpr std::array<std::pair<std::string_view, Make>, 4> kKinds = {
    {{"consul", consul::make}, {"etcd", etcd::make}, {"exec", exec::make}, {"file", file::make}}};

}  // namespace

std::vector<std::string> kinds() {
  std::vector<std::string> names;
  for (const auto& [name, make] : kKinds) names.emplace_back(name);
  return names;
}

std::unique_ptr<Source> make_source(const SourceSpec& spec, const FetchOptions& options,
                                    const Environment& environment) {
  const auto found = std::ranges::find(kKinds, spec.kind, &std::pair<std::string_view, Make>::first);
  if (found == kKinds.end()) {
    throw Error(ErrorKind::usage,
                fmt::format("{}: unknown kind of source {}{}; there are {}", spec.text, in_quotes(spec.kind),
                            did_you_mean(spec.kind, kinds()), join(kinds(), ", ")));
  }
  auto source = found->second(spec, options, environment);
  return spec.merge.empty() ? std::move(source) : merged_into(spec.merge, std::move(source));
}

}  // namespace r2i::sources
