#include "transform/slots.hpp"

#include "base/text.hpp"
#include "model/codes.hpp"
#include "transform/protocol.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

namespace r2i::transform {

namespace {

constexpr std::int64_t kMaxPort = 65535;

/// A slot while it is being filled.
struct Filling {
  std::vector<std::uint32_t> numbers;
  std::vector<Decided<std::string>> told;
};

std::string slot_key(const Port& port) {
  return port.name.empty() ? to_lower(port.protocol) : port.name;
}

class SlotFinder {
 public:
  SlotFinder(const Service& service, const std::vector<Candidate>& candidates)
      : service_(service), candidates_(candidates) {}

  void fill() {
    for (std::size_t i = 0; i < candidates_.size(); ++i) {
      for (const Port& port : candidates_[i].instance->ports) add(i, port);
    }
  }

  std::vector<Slot> unite(const Choices& choices, Diagnostics& diagnostics) {
    std::vector<Slot> slots;
    for (auto& [key, filling] : fillings_) {
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
  void add(std::size_t candidate, const Port& port) {
    if (port.number < 1 || port.number > kMaxPort) return;
    std::string key = slot_key(port);
    // A second port of one instance that nothing tells from the first is the second slot of every instance.
    for (int position = 2; taken(key, candidate); ++position) key = fmt::format("{}#{}", slot_key(port), position);
    Filling& filling = fillings_[key];
    filling.numbers.resize(candidates_.size());
    filling.numbers[candidate] = static_cast<std::uint32_t>(port.number);
    if (auto told = told_protocol(service_, *candidates_[candidate].instance, port, unknown_)) {
      filling.told.push_back(std::move(*told));
    }
  }

  bool taken(const std::string& key, std::size_t candidate) const {
    const auto found = fillings_.find(key);
    return found != fillings_.end() && found->second.numbers[candidate] != 0;
  }

  const Service& service_;
  const std::vector<Candidate>& candidates_;
  std::map<std::string, Filling> fillings_;
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
