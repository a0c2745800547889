#include "commands/commands.hpp"
#include "commands/discovery.hpp"
#include "commands/session.hpp"
#include "commands/show_discovery.hpp"
#include "commands/terminal.hpp"

namespace r2i::commands {

ExitCode run_check_source(Session& session) {
  const config::Settings& settings = session.settings;
  const Discovery discovery = discover(session);
  session.context->check_interrupt();
  // What the conversion has to say of a service stands beside it; -v gives it in full.
  if (settings.verbose) {
    session.report.show();
  } else {
    session.report.show_sources();
  }
  show_discovery(session.out, discovery, settings.source_output,
                 wants_color_on_output(session.environment, settings.color));
  if (discovery.gathered.complete()) return ExitCode::done;
  session.report.fail("a source was not read in full: there may be more than this");
  return ExitCode::source;
}

}  // namespace r2i::commands
