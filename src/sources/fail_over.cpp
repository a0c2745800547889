#include "sources/fail_over.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace r2i::sources {

bool Attempt::complete() const {
  return std::ranges::all_of(scopes, &ScopeState::complete);
}

std::size_t Attempt::services_read() const {
  return static_cast<std::size_t>(std::ranges::count_if(services, &Service::complete));
}

std::vector<ScopeState> read_first_complete(std::size_t servers, Context& context, ServiceSink& services,
                                            const ReadServer& read, const JudgeAttempt& judge) {
  if (servers == 1) return read(0, context, services);
  std::vector<std::unique_ptr<Attempt>> attempts;
  for (std::size_t server = 0; server < servers; ++server) {
    attempts.push_back(std::make_unique<Attempt>());
    Attempt& attempt = *attempts.back();
    Context local{attempt, context.progress, context.stop, context.environment, context.now};
    attempt.scopes = read(server, local, attempt);
    if (judge) judge(server, attempt);
    if (attempt.complete()) break;
  }
  const bool complete = attempts.back()->complete();
  auto& best = complete ? attempts.back()
                        : *std::ranges::max_element(attempts, {}, [](const auto& a) { return a->services_read(); });
  for (const auto& tried : attempts) {
    // Where none did, what kept each of them from it is of interest.
    if (tried != best && complete) continue;
    for (Diagnostic& diagnostic : tried->diagnostics) context.diagnostics.report(std::move(diagnostic));
  }
  for (Service& service : best->services) services.service(std::move(service));
  return std::move(best->scopes);
}

}  // namespace r2i::sources
