#pragma once

#include "base/context.hpp"
#include "model/name_filter.hpp"
#include "model/snapshot.hpp"
#include "sources/expectations.hpp"
#include "sources/source.hpp"
#include "sources/values.hpp"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace r2i::sources {

/// Lets the wanted services of snapshots pass, and remembers those of them that were not read in full.
class SnapshotSink : public ServiceSink {
 public:
  SnapshotSink(const NameFilter& names, Diagnostics& diagnostics, ServiceSink& next)
      : names_(names), diagnostics_(diagnostics), next_(next) {}

  void service(Service&& service) override;
  /// A scope that says it is complete is not, if a service of it is not.
  void judge(ScopeState& state) const;

 private:
  const NameFilter& names_;
  Diagnostics& diagnostics_;
  ServiceSink& next_;
  std::multimap<const Scope*, std::string> incomplete_;
};

/// Reads snapshots from texts, wherever these come from, and keeps what they turn out to be.
class SnapshotTexts {
 public:
  SnapshotTexts(const SourceSpec& spec, Context& context, SnapshotSink& services)
      : spec_(spec), context_(context), services_(services) {}

  /// `shown`: what the text is called in messages. What is wrong with it is reported, and nothing of it is used then.
  void read(std::string text, const std::string& shown);
  /// There is no text, and why. What it would have held is unknown, so the run is incomplete.
  void fail(const std::string& shown, const std::string& why, const std::string& hint);
  [[nodiscard]] std::vector<SourceState>& states() { return states_; }

 private:
  void report_incomplete(const SourceState& state, const std::string& shown);
  void add_failed(const std::string& shown, const std::string& why);

  const SourceSpec& spec_;
  Context& context_;
  SnapshotSink& services_;
  std::vector<SourceState> states_;
};

}  // namespace r2i::sources
