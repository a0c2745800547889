// Any text, as a key and as a value, comes back from a YAML reader as the same text.
#include "base/output.hpp"
#include "base/text.hpp"
#include "base/yaml_writer.hpp"

#include <yaml-cpp/yaml.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text = r2i::clean_text({reinterpret_cast<const char*>(data), size});
  r2i::StringOutput out;
  r2i::YamlWriter writer(out);
  writer.begin_document();
  writer.begin_map();
  writer.key(text.substr(0, 60));
  writer.begin_list();
  writer.string(text);
  writer.end_list();
  writer.end_map();
  // A key may be cut in the middle of a character; then only the writing is of interest.
  if (!r2i::is_clean_text(text.substr(0, 60))) return 0;
  const YAML::Node node = YAML::Load(out.text());
  const auto entry = node.begin();
  if (entry->first.Scalar() != text.substr(0, 60) || entry->second[0].Scalar() != text) std::abort();
  return 0;
}
