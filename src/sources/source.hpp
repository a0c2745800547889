#pragma once

#include "base/context.hpp"
#include "model/service.hpp"
#include "model/settings.hpp"
#include "model/snapshot.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace r2i::sources {

/// What every source is told besides its own settings.
struct FetchOptions {
  NameRules names;
  std::chrono::milliseconds request_timeout{30000};
  unsigned parallelism = 16;
};

/// One configured registry, or a file of snapshots.
class Source {
 public:
  Source() = default;
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;
  virtual ~Source() = default;

  /// Reads everything once: hands over each service when it is whole, in any order, and says at the end which scopes
  /// there are and whether each was read in full. What goes wrong is reported and makes a scope incomplete; it is not
  /// thrown.
  virtual std::vector<SourceState> fetch(Context& context, ServiceSink& services) = 0;
};

/// The kinds that this build can read.
std::vector<std::string> kinds();
/// The kinds that it could read, were it built with their libraries.
std::vector<std::string> kinds_left_out();

/// Reaches out to nobody. Throws Error{usage} if the settings are wrong: an unknown kind, an unreadable file, a bad
/// value.
std::unique_ptr<Source> make_source(const SourceSpec& spec, const FetchOptions& options,
                                    const Environment& environment);

}  // namespace r2i::sources
