#pragma once

#include "model/conversion.hpp"
#include "transform/rule_book.hpp"

#include <string>
#include <utility>

namespace r2i::testing {

/// A setting as a flag gives it.
template <typename T>
Decided<T> given(T value, std::string origin = "--flag") {
  return {std::move(value), std::move(origin)};
}
inline Decided<std::string> given(const char* value) {
  return {value, "--flag"};
}
inline Decided<Stated<TextTemplate>> given_host(std::string_view text) {
  return {{TextTemplate::parse_host(text).value(), {}}, "--host-template"};
}
inline Decided<Stated<std::string>> given_protocol(std::string value) {
  return {{std::move(value), {}}, "--protocol"};
}

/// The choices for a service where nothing is set.
inline transform::ServiceChoices no_choices() {
  return {};
}
inline transform::ServiceChoices choices_of(const Service& service, const ConversionSettings& settings) {
  return transform::RuleBook(settings).choices_for(service);
}

}  // namespace r2i::testing
