#pragma once

#include "model/service.hpp"
#include "sources/eureka_entry.hpp"

#include <cstdint>
#include <string>
#include <string_view>

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

/// What an entry of the registry means.
ReadInstance instance_of(Entry&& entry, const Reading& reading);

}  // namespace r2i::sources::eureka
