#include "transform/slots.hpp"

#include "base/text.hpp"
#include "model/codes.hpp"
#include "transform/protocol.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

namespace r2i::transform {

namespace {

constexpr std::int64_t kMaxPort = 65535;

/// A slot while it is being filled.
struct Filling {
  std::vector<std::uint32_t> numbers;
  std::vector<Decided<std::string>> told;

  [[nodiscard]] bool tells(std::string_view protocol) const {
    return std::ranges::any_of(told, [&](const auto& one) { return one.value == protocol; });
  }
  [[nodiscard]] bool is_tls() const { return tells("HTTPS") || tells("TLS"); }
};

/// The slots of one registry, by what it calls them.
using Dialect = std::map<std::string, Filling>;

/// Whether nothing tells that the two are different things.
bool may_be_one(const Filling& a, const Filling& b) {
  if (a.is_tls() != b.is_tls()) return false;
  return a.told.empty() || b.told.empty() ||
         std::ranges::any_of(a.told, [&](const auto& one) { return b.tells(one.value); });
}

void add_to(Filling& whole, Filling&& more) {
  for (std::size_t i = 0; i < more.numbers.size(); ++i) {
    if (more.numbers[i] != 0) whole.numbers[i] = more.numbers[i];
  }
  std::ranges::move(more.told, std::back_inserter(whole.told));
}

/// Adds the slots of another of the merged registries, each to its like: the one of the same key, else the first that
/// is nothing else there. What has no like is a slot that the others lack.
void add_dialect(Dialect& whole, Dialect&& more) {
  std::set<std::string> taken;
  for (auto slot = more.begin(); slot != more.end();) {
    const auto same = whole.find(slot->first);
    if (same == whole.end()) {
      ++slot;
      continue;
    }
    taken.insert(slot->first);
    add_to(same->second, std::move(slot->second));
    slot = more.erase(slot);
  }
  Dialect others;
  for (auto& [key, filling] : more) {
    const auto like = std::ranges::find_if(
        whole, [&](const auto& one) { return !taken.contains(one.first) && may_be_one(one.second, filling); });
    if (like == whole.end()) {
      others.emplace(key, std::move(filling));
    } else {
      taken.insert(like->first);
      add_to(like->second, std::move(filling));
    }
  }
  whole.merge(others);
}

std::string slot_key(const Port& port) {
  return port.name.empty() ? to_lower(port.protocol) : port.name;
}

class SlotFinder {
 public:
  SlotFinder(const Service& service, const std::vector<Candidate>& candidates)
      : service_(service), candidates_(candidates) {}

  void fill() {
    const Service* registry = nullptr;
    for (std::size_t i = 0; i < candidates_.size(); ++i) {
      if (candidates_[i].service != registry) {
        dialects_.emplace_back();
        last_ = {};
      }
      registry = candidates_[i].service;
      for (const Port& port : candidates_[i].instance->ports) add(i, port);
    }
  }

  std::vector<Slot> unite(const Choices& choices, Diagnostics& diagnostics) {
    Dialect whole;
    for (Dialect& dialect : dialects_) add_dialect(whole, std::move(dialect));
    std::vector<Slot> slots;
    for (auto& [key, filling] : whole) {
      Slot slot{key, unite_protocols(service_, filling.told, choices, diagnostics), std::move(filling.numbers), 0};
      slot.count = candidates_.size() - static_cast<std::size_t>(std::ranges::count(slot.numbers, 0U));
      slots.push_back(std::move(slot));
    }
    std::ranges::stable_sort(slots, {}, &Slot::is_tls);
    return slots;
  }

  void report_unknown(Diagnostics& diagnostics) {
    std::ranges::sort(unknown_);
    const auto rest = std::ranges::unique(unknown_);
    unknown_.erase(rest.begin(), rest.end());
    for (const std::string& name : unknown_) {
      diagnostics.report(diagnose(Code::unknown_protocol, service_.display(),
                                  fmt::format("the protocol {} is unknown and not considered", in_quotes(name))));
    }
  }

 private:
  /// The port that was added last, if the next one that is like it goes into the same slot and tells the same: that is
  /// so for most instances.
  struct Last {
    const Instance* instance = nullptr;
    const Port* port = nullptr;
    Filling* slot = nullptr;
    std::optional<Decided<std::string>> told;
  };

  void add(std::size_t candidate, const Port& port) {
    if (port.number < 1 || port.number > kMaxPort) return;
    const Instance& instance = *candidates_[candidate].instance;
    if (!is_like_last(instance, port) || last_.slot->numbers[candidate] != 0) look_at(candidate, port);
    last_.slot->numbers[candidate] = static_cast<std::uint32_t>(port.number);
    if (last_.told) last_.slot->told.push_back(*last_.told);
  }

  [[nodiscard]] bool is_like_last(const Instance& instance, const Port& port) const {
    return last_.port != nullptr && port.number == last_.port->number && port.name == last_.port->name &&
           port.protocol == last_.port->protocol && instance.tags.is(last_.instance->tags) &&
           !tells_protocol(instance.metadata);
  }

  void look_at(std::size_t candidate, const Port& port) {
    const Instance& instance = *candidates_[candidate].instance;
    const std::string key = slot_key(port);
    Filling& slot = free_slot(key, candidate);
    last_ = {nullptr, nullptr, &slot, told_protocol(*candidates_[candidate].service, instance, port, unknown_)};
    // A second slot of that key is only for instances whose first one is taken.
    const bool is_first = &slot == &dialects_.back().at(key);
    if (!is_first || tells_protocol(instance.metadata)) return;
    last_.instance = &instance;
    last_.port = &port;
  }

  /// A second port of one instance that nothing tells from the first is the second slot of every instance.
  Filling& free_slot(const std::string& key, std::size_t candidate) {
    std::string numbered = key;
    for (int position = 2;; ++position) {
      const auto [found, is_new] = dialects_.back().try_emplace(numbered);
      Filling& filling = found->second;
      if (is_new) filling.numbers.resize(candidates_.size());
      if (filling.numbers[candidate] == 0) return filling;
      numbered = fmt::format("{}#{}", key, position);
    }
  }

  const Service& service_;
  const std::vector<Candidate>& candidates_;
  std::vector<Dialect> dialects_;  ///< one for each service that the candidates are of
  Last last_;
  std::vector<std::string> unknown_;
};

}  // namespace

std::vector<std::uint32_t> Slot::distinct() const {
  std::vector<std::uint32_t> sorted;
  for (const std::uint32_t number : numbers) {
    if (number != 0 && (sorted.empty() || sorted.back() != number)) sorted.push_back(number);
  }
  std::ranges::sort(sorted);
  const auto rest = std::ranges::unique(sorted);
  sorted.erase(rest.begin(), rest.end());
  return sorted;
}

std::vector<Slot> find_slots(const Service& service, const std::vector<Candidate>& candidates, const Choices& choices,
                             Diagnostics& diagnostics) {
  SlotFinder finder(service, candidates);
  finder.fill();
  finder.report_unknown(diagnostics);
  return finder.unite(choices, diagnostics);
}

}  // namespace r2i::transform
