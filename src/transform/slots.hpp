#pragma once

#include "base/diagnostic.hpp"
#include "model/decided.hpp"
#include "model/service.hpp"
#include "transform/candidate.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace r2i::transform {

/// "The same port" of every instance of a service: those with one name, else with one protocol of the registry's, else
/// by position. Merged registries have different names for the same: what nothing tells apart is one there, too.
struct Slot {
  std::string key;
  Decided<std::string> protocol;
  std::vector<std::uint32_t> numbers;  ///< one for each candidate; 0: it has none
  std::size_t count = 0;               ///< how many have one

  [[nodiscard]] bool is_tls() const { return protocol.value == "HTTPS" || protocol.value == "TLS"; }
  /// The numbers in use, sorted, each once.
  [[nodiscard]] std::vector<std::uint32_t> distinct() const;
};

/// The slots of the candidates, those without TLS first, then by key, each with its protocol.
std::vector<Slot> find_slots(const Service& service, const std::vector<Candidate>& candidates, const Choices& choices,
                             Diagnostics& diagnostics);

}  // namespace r2i::transform
