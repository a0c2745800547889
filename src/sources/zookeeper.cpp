#include "sources/zookeeper.hpp"

#include "net/retry.hpp"
#include "sources/fail_over.hpp"
#include "sources/registry.hpp"
#include "sources/secret_file.hpp"
#include "sources/zookeeper_options.hpp"
#include "sources/zookeeper_session.hpp"
#include "sources/zookeeper_tree.hpp"

#include <fmt/format.h>

#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>

namespace r2i::sources::zookeeper {

namespace {

/// Reads every root from one server. Half a tree is none: where a session is lost, the root is begun anew in another
/// one, some times.
class ServerReader {
 public:
  ServerReader(const Options& options, const Server& server, SecretFile& password,
               const std::shared_ptr<const SourceInfo>& source, const NameFilter& names, Context& context,
               ServiceSink& services)
      : options_(options),
        server_(server),
        password_(password),
        source_(source),
        names_(names),
        context_(context),
        services_(services) {}

  std::vector<ScopeState> read() {
    std::vector<ScopeState> scopes;
    for (const Root& root : options_.roots) scopes.push_back(read(root));
    return scopes;
  }

 private:
  ScopeState read(const Root& root) {
    TreeReader tree(options_, root, source_, names_, context_);
    // A server that was not to be had for one root is not to be had for the next one.
    if (unreachable_) return tree.fail(*unreachable_);
    for (int begun = 1;; ++begun) {
      const auto done = try_to_read(tree);
      if (done) {
        if (!tree.was_denied() || options_.user_from_address || options_.username.empty() || !password_.reload())
          return tree.finish(services_);
        session_.reset();
        continue;
      }
      const bool was_open = session_.has_value();
      session_.reset();
      Fault fault = done.error().fault;
      if (!done.error().transient || !pause(begun)) {
        if (begun > 1) fault.why += fmt::format("; begun {} times", begun);
        if (!was_open) unreachable_ = fault;
        return tree.fail(fault);
      }
    }
  }

  tl::expected<void, Broken> try_to_read(TreeReader& tree) {
    if (!session_) {
      Session fresh(options_, server_, context_);
      const Secret& password = options_.user_from_address ? options_.password : password_.value();
      if (auto opened = fresh.open(password); !opened) return opened;
      session_.emplace(std::move(fresh));
    }
    return tree.read(*session_);
  }

  /// Before the next attempt; false: there is to be none.
  bool pause(int attempt) {
    const auto delay = net::retry_delay(attempt, {}, std::nullopt, 0.5);
    if (!delay) return false;
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any never;
    never.wait_for(lock, context_.stop, *delay, [] { return false; });
    context_.check_interrupt();
    return true;
  }

  const Options& options_;
  const Server& server_;
  SecretFile& password_;
  const std::shared_ptr<const SourceInfo>& source_;
  const NameFilter& names_;
  Context& context_;
  ServiceSink& services_;
  std::optional<Session> session_;
  std::optional<Fault> unreachable_;
};

class ZooKeeperSource : public Registry {
 public:
  ZooKeeperSource(const SourceSpec& spec, const FetchOptions& fetch, const Environment& environment)
      : Registry(spec, fetch, environment),
        options_(read_options(this->spec(), fetch, values())),
        password_(values(), "passwordFile", "password") {
    describe(display_of(options_), true);
  }

 private:
  std::vector<ScopeState> read(Context& context, ServiceSink& services) override {
    return read_first_complete(
        options_.servers.size(), context, services, [&](std::size_t number, Context& local, ServiceSink& sink) {
          return ServerReader(options_, options_.servers[number], password_, source(), names(), local, sink).read();
        });
  }

  Options options_;
  SecretFile password_;
};

}  // namespace

std::unique_ptr<Source> make(const SourceSpec& spec, const FetchOptions& fetch, const Environment& environment) {
  return std::make_unique<ZooKeeperSource>(spec, fetch, environment);
}

}  // namespace r2i::sources::zookeeper
