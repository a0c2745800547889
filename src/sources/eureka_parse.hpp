#pragma once

#include "model/service.hpp"
#include "sources/eureka_instance.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace r2i::sources::eureka {

struct Application {
  std::string name;
  std::vector<Instance> instances;
  std::vector<std::string> problems;  ///< what of it is not as the API promises, each in words
  bool repaired = false;              ///< bad UTF-8 was replaced
};

/// What `apps` says.
struct Answer {
  std::vector<Application> applications;
  std::vector<std::string> malformed;  ///< entries without a name, each in words
  std::string hash;                    ///< `apps__hashcode`: "DOWN_2_UP_8_"
  std::string counted;                 ///< what it is by the instances of the answer
  std::size_t instances = 0;
  /// The time from the oldest registration to the newest sign of life, in milliseconds of the server's clock; nothing
  /// where the server keeps no leases.
  std::optional<std::int64_t> span;
};

/// The error says what is not as Eureka's API promises. One application that is not is no error. The memory of the body
/// is given up while it is read.
tl::expected<Answer, std::string> parse_answer(std::string body, const Reading& reading);

}  // namespace r2i::sources::eureka
