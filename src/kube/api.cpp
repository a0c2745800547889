#include "kube/api.hpp"

#include "base/url.hpp"

#include <fmt/format.h>

namespace r2i::kube {

std::string_view plural_of(std::string_view kind) {
  return kind == kKinds[0].name ? kKinds[0].plural : kKinds[1].plural;
}

std::string list_path(std::string_view version, std::string_view plural, std::string_view nspace) {
  const std::string folder = nspace.empty() ? "" : fmt::format("namespaces/{}/", percent_encode(nspace));
  return fmt::format("/apis/{}/{}/{}{}", kApiGroup, version, folder, plural);
}

std::string object_path(std::string_view version, const ObjectKey& key) {
  return fmt::format("{}/{}", list_path(version, plural_of(key.kind), key.nspace), percent_encode(key.name));
}

std::string missing_rule(std::string_view plural, std::string_view verbs, std::string_view nspace) {
  const std::string where =
      nspace.empty() ? "a ClusterRole" : fmt::format("a Role in the namespace {}, or in a ClusterRole,", nspace);
  return fmt::format("missing is this rule in {} bound to that user: {{apiGroups: [{}], resources: [{}], verbs: [{}]}}",
                     where, kApiGroup, plural, verbs);
}

}  // namespace r2i::kube
