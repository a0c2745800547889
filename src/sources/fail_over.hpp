#pragma once

#include "base/context.hpp"
#include "model/service.hpp"

#include <cstddef>
#include <functional>
#include <vector>

namespace r2i::sources {

/// What reading from one server gave. Kept back while another server may do better.
struct Attempt : ServiceSink, Diagnostics {
  std::vector<ScopeState> scopes;
  std::vector<Service> services;
  std::vector<Diagnostic> diagnostics;

  void service(Service&& service) override { services.push_back(std::move(service)); }
  void report(Diagnostic diagnostic) override { diagnostics.push_back(std::move(diagnostic)); }

  [[nodiscard]] bool complete() const;
  [[nodiscard]] std::size_t services_read() const;
};

/// Reads everything from the server with this number, each time from the start.
using ReadServer = std::function<std::vector<ScopeState>(std::size_t server, Context&, ServiceSink&)>;
/// May find fault with what a server gave, before it is known whether it is taken.
using JudgeAttempt = std::function<void(std::size_t server, Attempt&)>;

/// Of several servers of one registry, what the first one gives whose reading is complete; else what the one gives that
/// reads most. Never parts of two: they may know different things. Of a single server nothing is kept back, and nothing
/// is judged.
std::vector<ScopeState> read_first_complete(std::size_t servers, Context& context, ServiceSink& services,
                                            const ReadServer& read, const JudgeAttempt& judge = {});

}  // namespace r2i::sources
