#pragma once

#include <compare>
#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace r2i {

/// A text, or a list, that many hold alike, as the endpoints of a service do with their labels: copies share it. It is
/// read like a T; to change it, a T is made and assigned.
template <typename T>
class Shared {
 public:
  Shared() = default;
  Shared(T value) : value_(value.empty() ? nullptr : std::make_shared<const T>(std::move(value))) {}
  Shared(std::initializer_list<typename T::value_type> values) : Shared(T(values)) {}
  Shared(const char* text)
    requires std::same_as<T, std::string>
      : Shared(T(text)) {}

  [[nodiscard]] const T& get() const {
    if (value_) return *value_;
    static const T kNone;
    return kNone;
  }
  operator const T&() const { return get(); }
  operator std::string_view() const
    requires std::same_as<T, std::string>
  {
    return get();
  }
  [[nodiscard]] auto begin() const { return get().begin(); }
  [[nodiscard]] auto end() const { return get().end(); }
  [[nodiscard]] bool empty() const { return !value_; }
  [[nodiscard]] std::size_t size() const { return get().size(); }
  const typename T::value_type& operator[](std::size_t index) const { return get()[index]; }

  /// Whether the two are one in memory: equal without a look at what they hold.
  [[nodiscard]] bool is(const Shared& other) const { return value_ == other.value_; }
  friend bool operator==(const Shared& a, const Shared& b) { return a.is(b) || a.get() == b.get(); }
  friend auto operator<=>(const Shared& a, const Shared& b) { return a.get() <=> b.get(); }

  /// Changes a copy of it in place of what others have.
  template <typename Change>
  void change(Change change) {
    T value = get();
    change(value);
    *this = Shared(std::move(value));
  }

 private:
  std::shared_ptr<const T> value_;  ///< nothing: it is empty
};

using SharedText = Shared<std::string>;

/// Makes what is equal, and comes one after the other, one in memory.
template <typename T>
class Alike {
 public:
  const Shared<T>& share(const T& value) {
    if (last_.get() != value) last_ = Shared<T>(value);
    return last_;
  }

 private:
  Shared<T> last_;
};

}  // namespace r2i
