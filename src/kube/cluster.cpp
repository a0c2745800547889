#include "kube/cluster.hpp"

#include "base/text.hpp"
#include "kube/api_versions.hpp"
#include "kube/connection.hpp"
#include "kube/list_run.hpp"
#include "kube/questions.hpp"
#include "kube/session.hpp"
#include "kube/write_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace r2i::kube {

namespace {

/// How often a list whose continue token has expired is started again.
constexpr int kMostRestarts = 2;

Connection connect(Context& context, const ClusterSettings& settings) {
  Connection connection = find_connection(settings, context.environment);
  for (const Diagnostic& warning : connection.warnings) context.diagnostics.report(warning);
  return connection;
}

}  // namespace

class Cluster::Impl {
 public:
  Impl(Context& context, const ClusterSettings& settings, unsigned parallelism,
       std::chrono::milliseconds request_timeout)
      : context_(context), session_(context, connect(context, settings), parallelism, request_timeout) {}

  tl::expected<Listed, std::string> list(std::span<const std::string> namespaces, LiveSink& sink);
  void write(std::span<const Change* const> changes, const WriteOptions& options, WriteSink& sink);

  [[nodiscard]] const Connection& connection() const { return session_.connection(); }
  Session& session() { return session_; }
  [[nodiscard]] const std::string& version() const { return version_; }

 private:
  [[nodiscard]] std::vector<std::string> real_namespaces(std::span<const std::string> namespaces) const;
  tl::expected<void, std::string> discover(const std::string& problem);

  Context& context_;
  Session session_;
  std::string version_ = "v1";
};

/// The namespaces by name, each once, sorted.
std::vector<std::string> Cluster::Impl::real_namespaces(std::span<const std::string> namespaces) const {
  std::vector<std::string> names(namespaces.begin(), namespaces.end());
  if (names.empty()) names.emplace_back();
  for (std::string& name : names) {
    if (name.empty()) name = connection().nspace;
  }
  std::ranges::sort(names);
  const auto twins = std::ranges::unique(names);
  names.erase(twins.begin(), twins.end());
  return names;
}

/// Finds another version to use after `version_` was answered with 404; an error if there is none.
tl::expected<void, std::string> Cluster::Impl::discover(const std::string& problem) {
  const auto versions = ask_versions(session_);
  if (!versions) return tl::make_unexpected(versions.error());
  auto chosen = choose_version(*versions, connection().server);
  if (!chosen) return tl::make_unexpected(std::move(chosen.error()));
  if (*chosen == version_) {
    return tl::make_unexpected(fmt::format("{}; Istio's CRDs are installed in part only", problem));
  }
  version_ = *std::move(chosen);
  return {};
}

tl::expected<Listed, std::string> Cluster::Impl::list(std::span<const std::string> namespaces, LiveSink& sink) {
  Listed listed;
  bool discovered = false;
  for (int restarts = 0;;) {
    ListRun run(context_, session_, sink, version_, listed.namespaces);
    session_.run(run, context_.stop);
    context_.check_interrupt();
    const ListRun::End end = run.finish();
    if (end == ListRun::End::complete) {
      listed.api_version = version_;
      listed.objects = run.objects();
      return listed;
    }
    if (end == ListRun::End::forbidden && listed.namespaces.empty()) {
      listed.namespaces = real_namespaces(namespaces);
    } else if (end == ListRun::End::absent && !discovered) {
      discovered = true;
      if (auto found = discover(run.problem()); !found) return tl::make_unexpected(std::move(found.error()));
    } else if (end != ListRun::End::expired || ++restarts > kMostRestarts) {
      return tl::make_unexpected(run.problem());
    }
    sink.restart();
  }
}

void Cluster::Impl::write(std::span<const Change* const> changes, const WriteOptions& options, WriteSink& sink) {
  WriteRun run(context_, session_, version_, changes, options, sink);
  session_.run(run, run.stop());
  context_.check_interrupt();
}

Cluster::Cluster(Context& context, const ClusterSettings& settings, unsigned parallelism,
                 std::chrono::milliseconds request_timeout)
    : impl_(std::make_unique<Impl>(context, settings, parallelism, request_timeout)) {}
Cluster::~Cluster() = default;

const std::string& Cluster::server() const {
  return impl_->connection().server;
}
const std::string& Cluster::context_name() const {
  return impl_->connection().context;
}
const std::string& Cluster::default_namespace() const {
  return impl_->connection().nspace;
}

tl::expected<Listed, std::string> Cluster::list(std::span<const std::string> namespaces, LiveSink& sink) {
  return impl_->list(namespaces, sink);
}

void Cluster::write(std::span<const Change* const> changes, const WriteOptions& options, WriteSink& sink) {
  impl_->write(changes, options, sink);
}

tl::expected<std::vector<std::string>, std::string> Cluster::missing_namespaces(std::span<const Change* const> changes,
                                                                                const WriteOptions& options) {
  return ask_namespaces(impl_->session(), impl_->version(), changes, options);
}

tl::expected<ClusterFacts, std::string> Cluster::facts(std::span<const std::string> namespaces) {
  return ask_facts(impl_->session(), namespaces);
}

}  // namespace r2i::kube
