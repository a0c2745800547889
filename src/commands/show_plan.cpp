#include "commands/show_plan.hpp"

#include "base/text.hpp"
#include "plan/render.hpp"

namespace r2i::commands {

void say_plan(Session& session, const plan::Plan& plan) {
  StringOutput held;
  plan::render_held(held, plan, {.full = session.settings.verbose});
  for (const std::string& line : split(trim(held.text()), '\n')) {
    if (!line.empty()) session.report.tell(line);
  }
  session.report.say(plan::counts_line(plan));
}

}  // namespace r2i::commands
