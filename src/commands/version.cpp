#include "commands/version.hpp"

#include "config.h"

#include "base/json_writer.hpp"
#include "base/text.hpp"
#include "base/yaml_writer.hpp"
#include "commands/commands.hpp"
#include "commands/session.hpp"
#include "sources/source.hpp"

#include <fmt/format.h>

#include <string>
#include <vector>

namespace r2i::commands {

namespace {

void describe_version(Sink& sink) {
  const auto list = [&sink](const std::vector<std::string>& kinds) {
    sink.begin_list();
    for (const std::string& kind : kinds) sink.string(kind);
    sink.end_list();
  };
  sink.begin_map();
  if (const auto left_out = sources::kinds_left_out(); !left_out.empty()) {
    sink.key("leftOut");
    list(left_out);
  }
  sink.key("sources");
  list(sources::kinds());
  sink.key("version");
  sink.string(R2I_VERSION);
  sink.end_map();
}

}  // namespace

std::string version_line() {
  return "registry2istio " R2I_VERSION;
}

ExitCode run_version(Session& session) {
  const bool asked = session.invocation.flags.contains("output") || session.environment.get("R2I_OUTPUT");
  if (!asked || session.settings.output == config::OutputFormat::name) {
    session.out.write(fmt::format("{}\nsources: {}\n", version_line(), join(sources::kinds(), ", ")));
    if (const auto left_out = sources::kinds_left_out(); !left_out.empty())
      session.out.write(fmt::format("left out of this build: {}\n", join(left_out, ", ")));
  } else if (session.settings.output == config::OutputFormat::json) {
    JsonWriter writer(session.out, 4);
    describe_version(writer);
    session.out.write("\n");
  } else {
    YamlWriter writer(session.out);
    describe_version(writer);
  }
  session.out.flush();
  return ExitCode::done;
}

}  // namespace r2i::commands
