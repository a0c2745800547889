#include "base/error.hpp"
#include "base/text.hpp"
#include "commands/commands.hpp"
#include "commands/planning.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace r2i::commands {

namespace {

/// What the live objects of a cluster tell about who is there.
class Census : public LiveSink {
 public:
  void object(LiveObject&& live) override {
    const ObjectMeta& meta = meta_of(live.manifest);
    const auto owner = find_value(meta.labels, mark::kOwner);
    ++owners_[owner ? std::string(*owner) : std::string()];
    const auto* entry = std::get_if<ServiceEntry>(&live.manifest);
    if (entry == nullptr) return;
    for (const std::string& host : entry->hosts) hosts_[host].insert(key_of(live.manifest).display());
  }
  void restart() override {
    owners_.clear();
    hosts_.clear();
  }

  void print(Output& out) const {
    for (const auto& [owner, objects] : owners_) {
      out.write(owner.empty() ? fmt::format("objects of nobody's: {}\n", objects)
                              : fmt::format("objects of the owner {}: {}\n", in_quotes(owner), objects));
    }
    for (const auto& [host, entries] : hosts_) {
      if (entries.size() < 2) continue;
      out.write(fmt::format("twins: {} has {}\n", host, join({entries.begin(), entries.end()}, ", ")));
    }
  }
  [[nodiscard]] bool has_twins() const {
    return std::ranges::any_of(hosts_, [](const auto& host) { return host.second.size() > 1; });
  }

 private:
  std::map<std::string, std::size_t> owners_;
  std::map<std::string, std::set<std::string>> hosts_;
};

/// Whether what is not allowed keeps a run without --prune from its work.
bool print_accesses(Output& out, const std::vector<kube::Access>& accesses) {
  bool all = true;
  for (const kube::Access& access : accesses) {
    const std::string where = access.nspace.empty() ? "in all namespaces" : "in the namespace " + access.nspace;
    const bool only_prune = access.verb == "delete";
    out.write(fmt::format("may {} {} {}: {}{}\n", access.verb, access.resource, where, access.allowed ? "yes" : "no",
                          !access.allowed && only_prune ? " (--prune, and --layout=workload-entries need it)" : ""));
    all = all && (access.allowed || only_prune);
  }
  return all;
}

}  // namespace

ExitCode run_check_cluster(Session& session) {
  const auto cluster = connect(session);
  session.out.write(fmt::format("API server: {} (context {})\n", cluster->server(), cluster->context_name()));
  std::vector<std::string> namespaces = all_namespaces(session.settings.conversion);
  const auto facts = cluster->facts(namespaces);
  session.context->check_interrupt();
  if (!facts) throw Error(ErrorKind::cluster, facts.error());
  session.out.write(fmt::format("Kubernetes: {}\n", facts->version));
  if (facts->versions.empty()) {
    session.out.write("Istio: networking.istio.io is not served; install Istio's CRDs\n");
    session.out.flush();
    return ExitCode::findings;
  }
  session.out.write(fmt::format("Istio: networking.istio.io {}\n", join(facts->versions, ", ")));
  const bool allowed = print_accesses(session.out, facts->accesses);
  for (const std::string& nspace : facts->missing_namespaces) {
    session.out.write(fmt::format("the namespace {} is not there\n", nspace));
  }
  // Which rights there are is of interest above all where one is missing.
  session.out.flush();

  Census census;
  if (namespaces.empty()) namespaces.push_back(cluster->default_namespace());
  const auto listed = cluster->list(namespaces, census);
  session.context->check_interrupt();
  if (!listed) throw Error(ErrorKind::cluster, listed.error());
  if (!listed->namespaces.empty()) {
    session.out.write(fmt::format("looked at the namespaces {} only\n", join(listed->namespaces, ", ")));
  }
  census.print(session.out);
  session.out.write(
      "DNS capture: the API server does not know, and the addresses that istiod writes into `status` do not tell; "
      "ask a proxy: `istioctl proxy-config bootstrap POD` shows ISTIO_META_DNS_CAPTURE. With it, export with "
      "--dns-capture\n");
  session.out.flush();
  session.report.show();
  return allowed && facts->missing_namespaces.empty() && !census.has_twins() ? ExitCode::done : ExitCode::findings;
}

}  // namespace r2i::commands
