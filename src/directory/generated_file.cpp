#include "directory/generated_file.hpp"

#include "base/output.hpp"
#include "base/text.hpp"
#include "base/yaml_writer.hpp"
#include "model/describe.hpp"

namespace r2i::directory {

namespace {

void write_first_line(Output& out) {
  out.write(kFirstLine);
  out.write("\n");
}

}  // namespace

bool is_generated(std::string_view text) {
  return trim(text.substr(0, text.find('\n'))) == kFirstLine;
}

std::string manifest_text(const Manifest& manifest, const std::string& api_version) {
  StringOutput out;
  write_first_line(out);
  YamlWriter writer(out);
  writer.begin_document();
  describe(writer, manifest, api_version);
  return std::move(out.buffer());
}

std::string kustomization_text(const std::vector<std::string>& places) {
  StringOutput out;
  write_first_line(out);
  YamlWriter writer(out);
  writer.begin_document();
  writer.begin_map();
  writer.key("apiVersion");
  writer.string("kustomize.config.k8s.io/v1beta1");
  writer.key("kind");
  writer.string("Kustomization");
  writer.key("resources");
  writer.begin_list();
  for (const std::string& place : places) writer.string(place);
  writer.end_list();
  writer.end_map();
  return std::move(out.buffer());
}

}  // namespace r2i::directory
