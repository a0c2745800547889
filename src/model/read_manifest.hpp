#pragma once

#include "model/document_reader.hpp"
#include "model/manifest.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace r2i {

/// A manifest read back, with the API version that it was written in ("v1").
struct ReadManifest {
  Manifest manifest;
  std::string version;
};

/// What becomes of a field that we never write: `status`, managed fields, or one of a later version of this program.
enum class UnknownFields {
  skipped,
  found,  ///< is a finding
};

/// The inverse of describe(): reads the object that the reader stands on. Nothing, with a finding, if it is
/// neither a ServiceEntry nor a WorkloadEntry. `on_meta` is offered every other key of the metadata; it reads the
/// value, or says false.
std::optional<ReadManifest> read_manifest(DocumentReader& reader,
                                          const std::function<bool(std::string_view)>& on_meta = {},
                                          UnknownFields unknown = UnknownFields::skipped);

}  // namespace r2i
