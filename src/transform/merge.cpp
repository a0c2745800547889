#include "transform/merge.hpp"

#include "base/text.hpp"
#include "model/codes.hpp"
#include "transform/entry.hpp"
#include "transform/host.hpp"
#include "transform/protocol.hpp"
#include "transform/twins.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>
#include <tuple>

namespace r2i::transform {

namespace {

struct Silent : Diagnostics {
  void report(Diagnostic) override {}
};

const SourceInfo& source_of(const Prepared& part) {
  return *part.service.scope->source;
}

bool in_order(const Prepared& a, const Prepared& b) {
  const auto order = [](const Prepared& part) {
    const Service& service = part.service;
    return std::tie(source_of(part).name, service.scope->name, service.name, service.group, service.nspace);
  };
  return order(a) < order(b);
}

/// What stands for all services of a host in messages: `service "pay" of shop/merged`.
Service stand_in(const std::string& merge, const std::vector<const Prepared*>& parts) {
  auto scope = std::make_shared<Scope>();
  scope->source = std::make_shared<const SourceInfo>(SourceInfo{merge, "merge", "", merge});
  scope->name = mark::kMergedScope;
  const auto own =
      std::ranges::find_if(parts, [](const Prepared* part) { return is_own_name(part->service.name, part->host); });
  Service service;
  service.name = (own == parts.end() ? parts.front() : *own)->service.name;
  service.scope = std::move(scope);
  return service;
}

/// The settings of what is decided once for all parts: of each setting what the first part says that says something.
class UnitedChoices {
 public:
  UnitedChoices(const std::vector<const Prepared*>& parts, const Service& whole, Diagnostics& diagnostics)
      : parts_(parts), whole_(whole), diagnostics_(diagnostics) {
    unite("namespace", &Choices::nspace);
    unite("servicePorts", &Choices::service_ports);
    unite("exportTo", &Choices::export_to);
    unite("addresses", &Choices::addresses);
    unite("dnsCapture", &Choices::dns_capture);
    unite("tcpWithoutAddress", &Choices::tcp_without_address);
    unite("resolution", &Choices::resolution);
    unite("location", &Choices::location);
    unite("layout", &Choices::layout);
    unite_protocol();
  }

  [[nodiscard]] const Choices& choices() const { return choices_; }

 private:
  template <typename T>
  void unite(std::string_view key, const Decided<T>* Choices::*setting) {
    const Decided<T>*& chosen = choices_.*setting;
    for (const Prepared* part : parts_) {
      const Decided<T>* said = part->choices.service.*setting;
      if (said == nullptr || said == chosen) continue;
      if (chosen == nullptr) {
        chosen = said;
      } else if (said->value != chosen->value) {
        return report(key, chosen->origin, said->origin);
      }
    }
  }

  /// It may come from the metadata of each part.
  void unite_protocol() {
    std::optional<Decided<std::string>> first;
    for (const Prepared* part : parts_) {
      auto said = chosen_protocol(part->service, part->choices.service, diagnostics_);
      if (!said) continue;
      if (!first) {
        first = std::move(said);
      } else if (said->value != first->value) {
        report("protocol", first->origin, said->origin);
        break;
      }
    }
    if (!first) return;
    protocol_ = {{std::move(first->value), {}}, std::move(first->origin)};
    choices_.protocol = &protocol_;
  }

  void report(std::string_view key, const std::string& taken, const std::string& other) {
    diagnostics_.report(diagnose(
        Code::merge_settings, whole_.display(),
        fmt::format("its sources have different values of {}: what {} says is taken, not {}", key, taken, other)));
  }

  const std::vector<const Prepared*>& parts_;
  const Service& whole_;
  Diagnostics& diagnostics_;
  Choices choices_;
  Decided<Stated<std::string>> protocol_;
};

Converted entry_of(const Service& service, const Choices& choices, const std::vector<const Prepared*>& parts,
                   const std::string& owner, Diagnostics& diagnostics) {
  std::vector<Candidate> candidates;
  for (const Prepared* part : parts)
    candidates.insert(candidates.end(), part->candidates.begin(), part->candidates.end());
  return make_entry({service, choices, parts, std::move(candidates), owner}, diagnostics);
}

/// Row 5 among the services of one source: the one that keeps the host, if any does.
const Prepared* keeper_of(const std::vector<const Prepared*>& twins, const std::string& owner,
                          Diagnostics& diagnostics) {
  if (twins.size() == 1) return twins.front();
  Silent silent;
  std::vector<Converted> alone;
  for (const Prepared* twin : twins)
    alone.push_back(entry_of(twin->service, twin->choices.service, {twin}, owner, silent));
  const Converted* keeper = settle_twins(alone, diagnostics);
  return keeper == nullptr ? nullptr : twins[static_cast<std::size_t>(keeper - alone.data())];
}

/// Of each source the part that keeps the host. Empty if a source has several and none keeps it: what the host should
/// have is not known then.
std::vector<const Prepared*> keepers_of(const std::vector<const Prepared*>& parts, const std::string& owner,
                                        Diagnostics& diagnostics) {
  std::map<std::string, std::vector<const Prepared*>> sources;
  for (const Prepared* part : parts) sources[source_of(*part).name].push_back(part);
  std::vector<const Prepared*> keepers;
  bool all = true;
  for (const auto& [source, twins] : sources) {
    const Prepared* keeper = keeper_of(twins, owner, diagnostics);
    all = all && keeper != nullptr;
    keepers.push_back(keeper);
  }
  if (!all) keepers.clear();
  return keepers;
}

Converted merged(const std::string& merge, const std::vector<const Prepared*>& parts, const std::string& owner,
                 Diagnostics& diagnostics) {
  const auto keepers = keepers_of(parts, owner, diagnostics);
  if (keepers.empty()) return claim(stand_in(merge, parts), parts);
  const Service service = stand_in(merge, keepers);
  const UnitedChoices united(keepers, service, diagnostics);
  return entry_of(service, united.choices(), keepers, owner, diagnostics);
}

}  // namespace

Merger::Taken Merger::take(Service&& service) {
  auto prepared =
      service.complete ? prepare(std::move(service), rules_, diagnostics_) : prepare_unread(std::move(service), rules_);
  if (!prepared) return Taken::left_out;
  if (prepared->host.empty()) return Taken::without_host;
  hosts_[{source_of(*prepared).merge, prepared->host}].push_back(std::move(prepared));
  return Taken::yes;
}

std::vector<Converted> Merger::finish(const std::map<std::string, std::string>& unread) {
  std::vector<Converted> all;
  std::map<std::string, std::size_t> withheld_hosts;
  for (const auto& [key, prepared] : hosts_) {
    const std::string& merge = key.first;
    std::vector<const Prepared*> parts;
    for (const auto& part : prepared) parts.push_back(part.get());
    std::ranges::sort(parts, [](const Prepared* a, const Prepared* b) { return in_order(*a, *b); });
    if (unread.contains(merge)) {
      ++withheld_hosts[merge];
      all.push_back(claim(stand_in(merge, parts), parts));
    } else {
      all.push_back(merged(merge, parts, rules_.owner(), diagnostics_));
    }
  }
  for (const auto& [merge, count] : withheld_hosts) {
    diagnostics_.report(
        diagnose(Code::merge_incomplete, fmt::format("merge {}", in_quotes(merge)),
                 fmt::format("its {} withheld: {} was not read in full",
                             count == 1 ? "host is" : fmt::format("{} hosts are", count), unread.at(merge))));
  }
  hosts_.clear();
  return all;
}

}  // namespace r2i::transform
