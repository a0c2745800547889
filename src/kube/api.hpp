#pragma once

#include "model/change.hpp"

#include <array>
#include <string>
#include <string_view>

namespace r2i::kube {

inline constexpr std::string_view kApiGroup = "networking.istio.io";

/// A kind of object, and what it is called in paths.
struct ApiKind {
  std::string_view name;
  std::string_view plural;
};
inline constexpr std::array<ApiKind, 2> kKinds = {
    {{"ServiceEntry", "serviceentries"}, {"WorkloadEntry", "workloadentries"}}};

/// "serviceentries" for "ServiceEntry".
std::string_view plural_of(std::string_view kind);

/// The path of a list: of all namespaces if `nspace` is empty. `version` is "v1".
std::string list_path(std::string_view version, std::string_view plural, std::string_view nspace);

/// The path of an object; `key` has a namespace.
std::string object_path(std::string_view version, const ObjectKey& key);

/// The rule of a Role that is missing, for messages: on one line, as YAML.
std::string missing_rule(std::string_view plural, std::string_view verbs, std::string_view nspace);

}  // namespace r2i::kube
