#include "commands/emit.hpp"

#include "base/json_writer.hpp"
#include "base/text.hpp"
#include "base/yaml_writer.hpp"
#include "model/describe.hpp"

#include <fmt/format.h>

namespace r2i::commands {

namespace {

constexpr int kKubectlIndent = 4;

void emit_yaml(Output& out, const std::vector<Manifest>& objects, const std::string& api_version) {
  YamlWriter writer(out);
  for (const Manifest& object : objects) {
    writer.begin_document();
    describe(writer, object, api_version);
  }
}

void emit_json(Output& out, const std::vector<Manifest>& objects, const std::string& api_version) {
  JsonWriter writer(out, kKubectlIndent);
  writer.begin_map();
  writer.key("apiVersion");
  writer.string("v1");
  writer.key("items");
  writer.begin_list();
  for (const Manifest& object : objects) describe(writer, object, api_version);
  writer.end_list();
  writer.key("kind");
  writer.string("List");
  writer.end_map();
  out.write("\n");
}

void emit_names(Output& out, const std::vector<Manifest>& objects) {
  for (const Manifest& object : objects) {
    out.write(fmt::format("{}.networking.istio.io/{}\n", to_lower(kind_of(object)), meta_of(object).name));
    out.spill();
  }
}

}  // namespace

void emit(Output& out, const std::vector<Manifest>& objects, config::OutputFormat format,
          const std::string& api_version) {
  switch (format) {
    case config::OutputFormat::yaml:
      emit_yaml(out, objects, api_version);
      break;
    case config::OutputFormat::json:
      emit_json(out, objects, api_version);
      break;
    case config::OutputFormat::name:
      emit_names(out, objects);
      break;
  }
  out.flush();
}

}  // namespace r2i::commands
