#include "model/exit_code.hpp"

#include <algorithm>
#include <array>

namespace r2i {

namespace {

constexpr auto kTable = std::to_array<ExitCodeInfo>({
    {ExitCode::done, "done, no differences", "Everything was done, and there is nothing to be said about it.",
     "The sources were read in full, nothing was withheld, and, of diff and --check, nothing differs.",
     "Nothing is to be done.", "2 ServiceEntries with 3 endpoints"},
    {ExitCode::findings, "differences or findings",
     "There are differences, or errors in the data; never a failure. What is not concerned was done.",
     "diff, or export --check, found differences; or services were withheld for what the registry or the configuration "
     "says of them (errors of 2xxx, 3xxx and 4xxx); with --strict, warnings count, too.",
     "Look at the errors above the summary; `registry2istio explain CODE` says what to do about each. A script that "
     "asks for differences takes 1 for an answer.",
     "1 to create, 1 to update, 214 unchanged"},
    {ExitCode::usage, "usage or configuration", "Nothing was done: what was asked for cannot be understood.",
     "A flag, a variable, a setting, a kubeconfig or a file that is to be read is wrong.",
     "The message says which one, where, and what was probably meant; all mistakes of a configuration are shown at "
     "once.",
     "error: mesh.yaml:6:3: defaults.helth: unknown key (did you mean \"health\"?)"},
    {ExitCode::source, "a source is incomplete",
     "A source failed or is incomplete. diff and apply did what was read in full, and took nothing away; fetch and "
     "export wrote nothing.",
     "The registry is down, throttled, half-started, or hides something from the token (errors of 1xxx); with "
     "--strict, its warnings count, too.",
     "Look at the errors of 1xxx and run again; --allow-partial goes on with what was read.",
     "error: nothing was printed, since a source was not read in full; --allow-partial goes on with the rest"},
    {ExitCode::cluster, "the cluster failed, nothing is known to be written",
     "The cluster failed, and no change is known to be written.",
     "The API server cannot be reached, refuses the user, or lacks Istio's CRDs or a namespace; or it has answered no "
     "change.",
     "`registry2istio check cluster` shows what is there and what the user may do.",
     "error: https://127.0.0.1:6443: connection refused by 127.0.0.1:6443 after 4 attempts"},
    {ExitCode::withheld, "withheld by a guard",
     "A guard withheld something, a question was declined, or a saved plan does not fit any more. The rest was done.",
     "A registry seems to have lost more than it can have lost; or the cluster has changed since the plan was made.",
     "A person has to look: the message names the flag that lets it pass, if it is meant. Another attempt comes to the "
     "same.",
     "error: declined: nothing was written"},
    {ExitCode::partial, "something failed or was refused", "Something was done, and something failed or was refused.",
     "Another manager owns a field, an object is not ours, the API server refused a change, or an output could not be "
     "written.",
     "The message names the object and what would be typed, if it is meant; run again for the rest.",
     "1 written, 1 refused"},
    {ExitCode::bug, "a bug", "An assumption of this program does not hold.", "A mistake in registry2istio.",
     "Report it, with the snapshot that `registry2istio fetch` writes.",
     "error: this is a bug in registry2istio: code 1 is not in the table"},
    {ExitCode::interrupted, "interrupted", "SIGINT ended the run. What was listed as written was written.",
     "Somebody pressed Ctrl-C, or a program sent the signal.", "Run again: it goes on from there.",
     "interrupted: nothing was printed"},
    {ExitCode::terminated, "ended by SIGTERM", "SIGTERM ended the run. What was listed as written was written.",
     "A time limit of a CI system, of a Kubernetes Job or of systemd is over.",
     "Give the run more time, and run again: it goes on from there.", "interrupted: nothing was printed"},
});

}  // namespace

std::span<const ExitCodeInfo> all_exit_codes() {
  return kTable;
}

const ExitCodeInfo& exit_code_info(ExitCode code) {
  const auto found = std::ranges::find(kTable, code, &ExitCodeInfo::code);
  if (found == kTable.end()) throw Error(ErrorKind::bug, "an exit code is not in the table");
  return *found;
}

ExitCode worst_of(ExitCode a, ExitCode b) {
  constexpr std::array kOrder = {ExitCode::interrupted, ExitCode::terminated, ExitCode::bug,
                                 ExitCode::usage,       ExitCode::withheld,   ExitCode::partial,
                                 ExitCode::cluster,     ExitCode::source,     ExitCode::findings};
  for (const ExitCode code : kOrder) {
    if (a == code || b == code) return code;
  }
  return ExitCode::done;
}

ExitCode exit_code_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::usage:
      return ExitCode::usage;
    case ErrorKind::output:
    case ErrorKind::closed_pipe:
      return ExitCode::partial;
    case ErrorKind::interrupted:
      return ExitCode::interrupted;
    case ErrorKind::cluster:
      return ExitCode::cluster;
    case ErrorKind::bug:
      return ExitCode::bug;
  }
  return ExitCode::bug;
}

}  // namespace r2i
