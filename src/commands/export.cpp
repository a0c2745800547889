#include "base/text.hpp"
#include "commands/commands.hpp"
#include "commands/emit.hpp"
#include "commands/export_directory.hpp"
#include "commands/pipeline.hpp"
#include "commands/session.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace r2i::commands {

namespace {

std::size_t count_endpoints(const std::vector<Manifest>& objects) {
  std::size_t count = 0;
  for (const Manifest& object : objects) {
    const auto* entry = std::get_if<ServiceEntry>(&object);
    count += entry != nullptr ? entry->endpoints.size() : 1;
  }
  return count;
}

void say_result(Session& session, const std::vector<Manifest>& objects) {
  const auto entries = static_cast<std::size_t>(std::ranges::count_if(
      objects, [](const Manifest& object) { return std::holds_alternative<ServiceEntry>(object); }));
  const std::string workloads = entries == objects.size()
                                    ? ""
                                    : fmt::format(", {} {}", objects.size() - entries,
                                                  objects.size() - entries == 1 ? "WorkloadEntry" : "WorkloadEntries");
  session.report.say(fmt::format("{} {}{} with {}", entries, entries == 1 ? "ServiceEntry" : "ServiceEntries",
                                 workloads, counted(count_endpoints(objects), "endpoint")));
  session.report.show_losses();
  if (objects.empty()) session.report.say("nothing to export: kubectl apply refuses an empty input");
}

}  // namespace

ExitCode run_export(Session& session) {
  const config::Settings& settings = session.settings;
  if (!settings.output_dir.empty()) return export_to_directory(session);
  const Desired desired = desired_manifests(session);
  session.context->check_interrupt();
  if (!desired.gathered.complete() && !settings.allow_partial) {
    session.report.show_sources();
    say_sources(session, desired.gathered);
    session.report.fail(
        "nothing was printed, since a source was not read in full; --allow-partial goes on with the rest");
    return ExitCode::source;
  }
  session.report.show();
  say_sources(session, desired.gathered);
  emit(session.out, desired.manifests.objects, settings.output, settings.api_version);
  say_result(session, desired.manifests.objects);
  return ExitCode::done;
}

}  // namespace r2i::commands
