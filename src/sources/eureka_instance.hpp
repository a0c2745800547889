#pragma once

#include "model/document_reader.hpp"
#include "model/service.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace r2i::sources::eureka {

/// What Instance::kind says of the server that answered, where it is registered itself.
inline constexpr std::string_view kServerKind = "eureka";

enum class AddressChoice { ip, host, public_ip };

/// How an instance is read.
struct Reading {
  AddressChoice address = AddressChoice::ip;
  std::string region;  ///< of instances that do not say theirs
};

/// When the server that answered took an instance in, and when it heard of it last; in milliseconds of its clock.
struct Lease {
  std::int64_t registered = 0;  ///< 0: not said
  std::int64_t last_sign = 0;
};

struct ReadInstance {
  Instance instance;
  std::string app;     ///< the application that it says it belongs to
  std::string status;  ///< as the server counts it
  Lease lease;
};

/// Reads one `instance` in any dialect: numbers and flags as such or as text, parts missing or null (Netflix's codecs:
/// com.netflix.discovery.converters).
ReadInstance read_instance(DocumentReader& reader, const Reading& reading);

/// A scalar as text; null leaves `out` as it is. Anything else is a finding.
void read_text(DocumentReader& reader, std::string& out);

}  // namespace r2i::sources::eureka
