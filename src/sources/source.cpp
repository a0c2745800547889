#include "sources/source.hpp"

#include "base/text.hpp"
#include "sources/consul.hpp"
#include "sources/etcd.hpp"
#include "sources/eureka.hpp"
#include "sources/exec.hpp"
#include "sources/file.hpp"
#include "sources/merged.hpp"
#include "sources/nacos.hpp"
#include "sources/zookeeper.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace r2i::sources {

namespace {

using Make = std::unique_ptr<Source> (*)(const SourceSpec&, const FetchOptions&, const Environment&);

// A new kind is a row here, a file beside this one, its settings in model/settings.cpp, and its own variables in
// own_settings.cpp.
constexpr auto kKinds = std::to_array<std::pair<std::string_view, Make>>({
  {"consul", consul::make}, {"etcd", etcd::make}, {"eureka", eureka::make}, {"exec", exec::make}, {"file", file::make},
      {"nacos", nacos::make},
#if R2I_ZOOKEEPER
      {"zookeeper", zookeeper::make},
#endif
});

struct LeftOut {
  std::string_view kind;
  std::string_view needs;
};
// What a build does without, and what it would have needed (meson_options.txt).
constexpr std::array kLeftOut = {
#if !R2I_ZOOKEEPER
    LeftOut{"zookeeper", "libzookeeper-mt-dev"},
#endif
    LeftOut{},
};

}  // namespace

std::vector<std::string> kinds() {
  std::vector<std::string> names;
  for (const auto& [name, make] : kKinds) names.emplace_back(name);
  return names;
}

std::vector<std::string> kinds_left_out() {
  std::vector<std::string> names;
  for (const LeftOut& one : kLeftOut) {
    if (!one.kind.empty()) names.emplace_back(one.kind);
  }
  return names;
}

std::unique_ptr<Source> make_source(const SourceSpec& spec, const FetchOptions& options,
                                    const Environment& environment) {
  const auto found = std::ranges::find(kKinds, spec.kind, &std::pair<std::string_view, Make>::first);
  for (const LeftOut& one : kLeftOut) {
    if (!spec.kind.empty() && one.kind == spec.kind) {
      throw Error(ErrorKind::usage, fmt::format("{}: this build of the program reads no {}: it was built without {}",
                                                spec.text, one.kind, one.needs));
    }
  }
  if (found == kKinds.end()) {
    throw Error(ErrorKind::usage,
                fmt::format("{}: unknown kind of source {}{}; there are {}", spec.text, in_quotes(spec.kind),
                            did_you_mean(spec.kind, kinds()), join(kinds(), ", ")));
  }
  auto source = found->second(spec, options, environment);
  return spec.merge.empty() ? std::move(source) : merged_into(spec.merge, std::move(source));
}

}  // namespace r2i::sources
