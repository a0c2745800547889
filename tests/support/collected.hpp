#pragma once

#include "base/diagnostic.hpp"
#include "model/codes.hpp"
#include "model/service.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace r2i::testing {

/// Keeps diagnostics in the order in which they came.
class Collected : public Diagnostics {
 public:
  void report(Diagnostic diagnostic) override { all.push_back(std::move(diagnostic)); }

  /// "2010 2010 2060": sorted.
  [[nodiscard]] std::string codes() const {
    std::vector<int> numbers;
    for (const Diagnostic& diagnostic : all) numbers.push_back(diagnostic.code);
    std::ranges::sort(numbers);
    std::string text;
    for (const int number : numbers) text += (text.empty() ? "" : " ") + std::to_string(number);
    return text;
  }

  [[nodiscard]] bool has(Code code) const {
    return std::ranges::any_of(all, [&](const Diagnostic& d) { return d.code == static_cast<int>(code); });
  }

  /// "subject: message" of the first diagnostic with this code, or nothing.
  [[nodiscard]] std::string first(Code code) const {
    for (const Diagnostic& diagnostic : all) {
      if (diagnostic.code == static_cast<int>(code)) return diagnostic.subject + ": " + diagnostic.message;
    }
    return {};
  }

  std::vector<Diagnostic> all;
};

/// Keeps services in the order in which they came.
class CollectedServices : public ServiceSink {
 public:
  void service(Service&& service) override { all.push_back(std::move(service)); }

  /// "pay web"
  [[nodiscard]] std::string names() const {
    std::string text;
    for (const Service& service : all) text += (text.empty() ? "" : " ") + service.name;
    return text;
  }

  std::vector<Service> all;
};

}  // namespace r2i::testing
