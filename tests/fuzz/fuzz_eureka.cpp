// Any bytes as an answer of Eureka's: parsing ends with a value or an error, and cutting loses nothing.
#include "sources/eureka_cut.hpp"
#include "sources/eureka_parse.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto cut = r2i::sources::eureka::cut_applications(text);
  std::size_t bytes = 0;
  for (const auto& part : cut.parts) {
    if (text.substr(part.offset, part.text.size()) != part.text) std::abort();
    bytes += part.text.size();
  }
  for (std::size_t at = 0; at <= cut.skeleton.size(); ++at) {
    if (cut.document_offset(at) > size) std::abort();
  }
  if (bytes > size) std::abort();
  const r2i::sources::eureka::Reading reading{r2i::sources::eureka::AddressChoice::public_ip, "region"};
  if (const auto answer = r2i::sources::eureka::parse_answer(std::string(text), reading)) {
    for (const auto& application : answer->applications) {
      if (application.name.empty()) std::abort();
      for (const auto& instance : application.instances) {
        if (instance.ports.size() > 2) std::abort();
      }
    }
    if (answer->span && *answer->span < 0) std::abort();
  }
  return 0;
}
