#pragma once

#include "base/diagnostic.hpp"
#include "model/service.hpp"
#include "model/snapshot.hpp"
#include "sources/values.hpp"

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace r2i::sources {

/// `expect`: what a source must have at least; with less it is incomplete, whatever it says of itself. Stands between a
/// source and the sink that takes its services, and counts what passes.
class Expectations : public ServiceSink {
 public:
  Expectations(const Values& values, ServiceSink& next);

  void service(Service&& service) override;
  /// Marks every scope incomplete, with a report, if an expectation is not met.
  void judge(std::vector<SourceState>& states, Diagnostics& diagnostics) const;

 private:
  [[nodiscard]] std::vector<std::string> unmet() const;

  std::uint64_t min_services_;
  std::uint64_t min_instances_;
  std::vector<std::string> wanted_;
  ServiceSink& next_;
  std::set<std::string> seen_;
  std::uint64_t services_ = 0;
  std::uint64_t instances_ = 0;
};

}  // namespace r2i::sources
