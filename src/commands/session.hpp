#pragma once

#include "base/context.hpp"
#include "base/output.hpp"
#include "commands/command.hpp"
#include "commands/report.hpp"
#include "commands/run_facts.hpp"
#include "config/settings.hpp"

namespace r2i::commands {

/// What a command runs with. `context` is only there for commands that need sources.
struct Session {
  const Invocation& invocation;
  const Environment& environment;
  config::Settings settings;
  Output& out;
  Report& report;
  RunFacts& facts;
  Context* context = nullptr;
};

}  // namespace r2i::commands
