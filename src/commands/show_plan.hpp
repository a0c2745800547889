#pragma once

#include "commands/session.hpp"
#include "plan/plan.hpp"

namespace r2i::commands {

/// Says on standard error what a run that writes is about to do: what is held and why, then the line of counts.
void say_plan(Session& session, const plan::Plan& plan);

}  // namespace r2i::commands
