#pragma once

#include "model/conversion.hpp"
#include "model/service.hpp"

#include <vector>

namespace r2i::transform {

/// What was chosen for a setting; nothing: its default. Maps are what several places say, the first one first.
template <typename T>
struct ChosenSlot {
  using type = const Decided<T>*;
};
template <>
struct ChosenSlot<TextMap> {
  using type = std::vector<const Decided<TextMap>*>;
};
template <>
struct ChosenSlot<TemplateMap> {
  using type = std::vector<const Decided<TemplateMap>*>;
};
template <typename T>
using Chosen = typename ChosenSlot<T>::type;

/// What was chosen for one service, or for one of its instances. It refers to the settings and must not outlive them.
using Choices = ConversionFields<Chosen>;

/// The value that was chosen, or the default.
template <typename T>
T value_or(const Decided<T>* chosen, T fallback) {
  return chosen != nullptr ? chosen->value : std::move(fallback);
}

struct ServiceChoices {
  Choices service;
  std::vector<Choices> instances;  ///< by their position; empty: every instance is as the service

  [[nodiscard]] const Choices& of(const Service& whole, const Instance& one) const {
    return instances.empty() ? service : instances[static_cast<std::size_t>(&one - whole.instances.data())];
  }
};

}  // namespace r2i::transform
