#pragma once

#include "base/diagnostic.hpp"
#include "model/service.hpp"
#include "transform/convert.hpp"
#include "transform/prepared.hpp"
#include "transform/rule_book.hpp"

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace r2i::transform {

/// Row 20: keeps the services of merged sources (SourceInfo::merge) until all of them are read, and makes one entry of
/// those of one merge that have one host.
class Merger {
 public:
  /// Both must outlive it.
  Merger(RuleBook& rules, Diagnostics& diagnostics) : rules_(rules), diagnostics_(diagnostics) {}

  enum class Taken { yes, left_out, without_host };
  /// A service that is not complete only claims its host.
  Taken take(Service&& service);

  /// What the services come to, for combine(). Names of merges in `unread`, with the scope that was not read in full,
  /// are withheld: of their hosts it is not known what all of their registries have.
  std::vector<Converted> finish(const std::map<std::string, std::string>& unread);

 private:
  using Parts = std::vector<std::unique_ptr<Prepared>>;
  /// By the name of the merge and the host.
  using Hosts = std::map<std::pair<std::string, std::string>, Parts>;

  RuleBook& rules_;
  Diagnostics& diagnostics_;
  Hosts hosts_;
};

}  // namespace r2i::transform
