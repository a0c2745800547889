#include "kube/connection.hpp"

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "kube/checked_entries.hpp"
#include "kube/exec_info.hpp"
#include "kube/kubeconfig_files.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

namespace r2i::kube {

namespace {

[[noreturn]] void refuse(std::string_view message) {
  throw Error(ErrorKind::usage, message);
}

std::string entry_name(std::string_view what, const std::string& name, const std::string& file) {
  return fmt::format("{} {} of {}", what, in_quotes(name), file);
}

template <typename Entry>
std::vector<std::string> names_in(const std::map<std::string, Entry>& entries) {
  std::vector<std::string> names;
  for (const auto& [name, entry] : entries) names.push_back(name);
  return names;
}

/// `wanted_by` is what refers to the entry: "--context", `context "x" of FILE`.
template <typename Entry>
const Entry& find(const std::map<std::string, Entry>& entries, std::string_view what, const std::string& name,
                  const std::string& wanted_by, const FoundKubeconfig& found) {
  const auto place = entries.find(name);
  if (place != entries.end()) return place->second;
  refuse(fmt::format("{}: there is no {} {} in {}{}", wanted_by, what, in_quotes(name), found.display(),
                     did_you_mean(name, names_in(entries))));
}

/// A context, with the flags over it.
struct Choice {
  std::string context;
  std::string cluster;
  std::string user;
  std::string nspace;
  std::string origin;  ///< of cluster and user, where no flag gave them
};

Choice choose(const FoundKubeconfig& found, const ClusterSettings& settings) {
  Choice choice;
  choice.context = settings.context.empty() ? found.config.current_context : settings.context;
  if (!choice.context.empty()) {
    const std::string wanted_by = settings.context.empty() ? "current-context" : "--context";
    const ContextEntry& entry = find(found.config.contexts, "context", choice.context, wanted_by, found);
    choice.origin = entry_name("context", choice.context, entry.defined_in);
    choice.cluster = entry.cluster;
    choice.user = entry.user;
    choice.nspace = entry.nspace;
  }
  if (!settings.cluster.empty()) choice.cluster = settings.cluster;
  if (!settings.user.empty()) choice.user = settings.user;
  if (choice.cluster.empty() && settings.server.empty()) {
    if (!choice.context.empty()) refuse(choice.origin + ": it names no cluster");
    const auto names = names_in(found.config.contexts);
    refuse(fmt::format("{} has no current-context: choose one with --context{}{}", found.display(),
                       names.empty() ? "" : ": ", join(names, ", ")));
  }
  return choice;
}

UserEntry with_flags(UserEntry user, const ClusterSettings& settings) {
  if (!settings.token_file.empty()) {
    // Instead of every other way to say who we are.
    user = UserEntry{.defined_in = user.defined_in, .as = std::move(user.as)};
    std::error_code ignored;
    user.token_file = std::filesystem::absolute(settings.token_file, ignored).string();
  }
  if (!settings.as.empty()) user.as = Impersonation{.user = settings.as};
  if (!settings.as_groups.empty()) user.as.groups = settings.as_groups;
  return user;
}

void use_server_flag(ClusterEntry& cluster, const ClusterSettings& settings) {
  if (settings.server.empty()) return;
  cluster.server = settings.server;
  cluster.tls_server_name.clear();
}

Connection of_kubeconfig(const FoundKubeconfig& found, const ClusterSettings& settings) {
  const Choice choice = choose(found, settings);
  Connection connection{.context = choice.context};
  if (!choice.nspace.empty()) connection.nspace = choice.nspace;

  ClusterEntry cluster;
  std::string cluster_name = "--server";
  if (!choice.cluster.empty()) {
    cluster = find(found.config.clusters, "cluster", choice.cluster,
                   settings.cluster.empty() ? choice.origin : "--cluster", found);
    cluster_name = entry_name("cluster", choice.cluster, cluster.defined_in);
  }
  use_server_flag(cluster, settings);
  use_cluster(cluster, settings.server.empty() ? cluster_name : "--server, with the rest of " + cluster_name,
              connection);

  UserEntry user;
  std::string user_name = "the user";
  if (!choice.user.empty()) {
    user = find(found.config.users, "user", choice.user, settings.user.empty() ? choice.origin : "--user", found);
    user_name = entry_name("user", choice.user, user.defined_in);
  }
  use_user(with_flags(std::move(user), settings), settings.token_file.empty() ? user_name : "--token-file", connection);
  if (connection.exec && connection.exec->provide_cluster_info)
    connection.exec_cluster = describe_cluster(cluster, connection);
  return connection;
}

struct Pod {
  std::string server;
  std::string folder;
};

/// Where the pod that we run in finds its API server; nothing outside of one.
std::optional<Pod> find_pod(const Environment& environment, const std::string& folder) {
  const auto host = environment.get("KUBERNETES_SERVICE_HOST");
  const auto port = environment.get("KUBERNETES_SERVICE_PORT");
  std::error_code ignored;
  if (!host || !port || !std::filesystem::exists(folder + "/token", ignored)) return std::nullopt;
  const bool ipv6 = host->find(':') != std::string::npos;
  return Pod{fmt::format("https://{}:{}", ipv6 ? "[" + *host + "]" : *host, *port), folder};
}

std::string namespace_of(const Pod& pod, const Environment& environment) {
  if (auto name = environment.get("POD_NAMESPACE")) return *std::move(name);
  const auto text = read_file(pod.folder + "/namespace");
  const auto name = text ? trim(*text) : std::string_view();
  return name.empty() ? "default" : std::string(name);
}

Connection of_pod(const Pod& pod, const ClusterSettings& settings, const Environment& environment) {
  const std::string name = "the service account of the pod";
  Connection connection{.context = "in-cluster", .nspace = namespace_of(pod, environment)};
  ClusterEntry cluster{.server = pod.server, .certificate_authority = {.file = pod.folder + "/ca.crt"}};
  use_server_flag(cluster, settings);
  use_cluster(cluster, name, connection);
  use_user(with_flags(UserEntry{.token_file = pod.folder + "/token"}, settings),
           settings.token_file.empty() ? name : "--token-file", connection);
  return connection;
}

Connection of_flags(const ClusterSettings& settings) {
  Connection connection;
  use_cluster(ClusterEntry{.server = settings.server}, "--server", connection);
  use_user(with_flags({}, settings), settings.token_file.empty() ? "the user" : "--token-file", connection);
  return connection;
}

}  // namespace

Connection find_connection(const ClusterSettings& settings, const Environment& environment,
                           const std::string& pod_folder) {
  const FoundKubeconfig found = find_kubeconfig(settings.kubeconfig, environment);
  const bool wants_entry = !settings.context.empty() || !settings.cluster.empty() || !settings.user.empty();
  if (!found.config.empty() || (found.chosen && settings.server.empty())) return of_kubeconfig(found, settings);
  const auto pod = find_pod(environment, pod_folder);
  if (pod && !wants_entry) return of_pod(*pod, settings, environment);
  if (!settings.server.empty() && !wants_entry) return of_flags(settings);
  const auto places = join(found.looked_at.empty() ? found.read : found.looked_at, ", ");
  refuse(fmt::format(
      "no kubeconfig: KUBECONFIG is not set, {}; --kubeconfig names one{}",
      places.empty() ? std::string("HOME is not set either") : fmt::format("and there is nothing in {}", places),
      pod ? " (the service account of this pod has no contexts, clusters and users)"
          : "; and this is not a pod with a service account"));
}

}  // namespace r2i::kube
