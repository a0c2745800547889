#pragma once

#include "model/field_set.hpp"
#include "model/manifest.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace r2i::plan {

/// A value that server-side apply owns as one: a scalar, or a list without keys. Belongs to the object it was taken
/// from.
using FieldValue =
    std::variant<std::string_view, std::uint32_t, const std::vector<std::string>*, const std::vector<Endpoint>*>;

struct Field {
  std::string path;  ///< as in FieldSet
  FieldValue value;
};

/// What the paths of a port's fields begin with: `.spec.ports[name="http"]`. `list`: ".spec.ports".
std::string port_path(std::string_view list, const ServicePort& port);

/// The fields of an object that are not empty, sorted by path: those of metadata.labels, metadata.annotations and spec,
/// cut as Istio's CRDs have it: `ports` is a map by name, every other list is one value.
std::vector<Field> fields_of(const Manifest& manifest);

/// Whether an object has all of these fields, none of them empty.
bool has_fields(const Manifest& manifest, const FieldSet& paths);

/// Whether two values mean the same: the order of a list is no difference.
bool same_value(const FieldValue& a, const FieldValue& b);

/// "STATIC", "3 endpoints": for messages.
std::string in_words(const FieldValue& value);

/// A copy that has only the fields whose path `keep` wants. Enums stay: there is no value that means "not written".
Manifest keep_fields(const Manifest& manifest, const std::function<bool(const std::string&)>& keep);

}  // namespace r2i::plan
