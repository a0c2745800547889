#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace r2i::transform {

/// A set of rules, by their position in the configuration. Sets that meet are of the same configuration.
class RuleBits {
 public:
  explicit RuleBits(std::size_t rules) : words_((rules + kWord - 1) / kWord, 0) {}

  void add(std::size_t rule) { words_[rule / kWord] |= bit(rule); }
  void remove(std::size_t rule) { words_[rule / kWord] &= ~bit(rule); }
  void add(const RuleBits& other) {
    for (std::size_t i = 0; i < words_.size(); ++i) words_[i] |= other.words_[i];
  }
  /// Of those in `asked`, only the ones in `found` stay.
  void keep(const RuleBits& found, const RuleBits& asked) {
    for (std::size_t i = 0; i < words_.size(); ++i) words_[i] &= found.words_[i] | ~asked.words_[i];
  }

  [[nodiscard]] bool contains(std::size_t rule) const { return (words_[rule / kWord] & bit(rule)) != 0; }
  [[nodiscard]] bool meets(const RuleBits& other) const {
    for (std::size_t i = 0; i < words_.size(); ++i) {
      if ((words_[i] & other.words_[i]) != 0) return true;
    }
    return false;
  }

  /// Calls `use(rule)` for each, in order.
  template <typename Use>
  void for_each(Use use) const {
    for (std::size_t i = 0; i < words_.size(); ++i) {
      for (std::uint64_t word = words_[i]; word != 0; word &= word - 1)
        use(i * kWord + static_cast<std::size_t>(std::countr_zero(word)));
    }
  }

 private:
  static constexpr std::size_t kWord = 64;
  static std::uint64_t bit(std::size_t rule) { return std::uint64_t{1} << (rule % kWord); }

  std::vector<std::uint64_t> words_;
};

}  // namespace r2i::transform
