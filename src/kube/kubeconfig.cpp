#include "kube/kubeconfig.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "base/yaml_reader.hpp"
#include "kube/copy_json.hpp"
#include "model/document_reader.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <functional>
#include <set>
#include <utility>

namespace r2i::kube {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kExecExtension = "client.authentication.k8s.io/exec";

/// Reads one kubeconfig. A field that is null counts as one that is not there, as everywhere in Kubernetes.
class Reader {
 public:
  Reader(const std::string& path, YamlDocument& document) : path_(path), document_(document), reader_(cursor_) {
    folder_ = fs::path(path).parent_path();
  }

  Kubeconfig read() {
    Kubeconfig config;
    if (cursor_.open(document_.json)) {
      fields([&](std::string_view key) {
        if (key == "kind") return value(kind_);
        if (key == "current-context") return value(config.current_context);
        if (key == "clusters") return entries("cluster", config.clusters, &Reader::cluster);
        if (key == "users") return entries("user", config.users, &Reader::user);
        if (key == "contexts") return entries("context", config.contexts, &Reader::context);
        return false;
      });
    }
    const auto findings = reader_.finish();
    if (!findings.empty()) fail(findings.front().offset, findings.front().message);
    if (!kind_.empty() && kind_ != "Config") {
      throw Error(ErrorKind::usage, fmt::format("{} is not a kubeconfig: its kind is {}", path_, in_quotes(kind_)));
    }
    return config;
  }

 private:
  [[noreturn]] void fail(std::size_t offset, std::string_view message) const {
    const LineColumn place = document_.place(offset);
    throw Error(ErrorKind::usage, fmt::format("{}:{}:{}: {}", path_, place.line, place.column, message));
  }

  bool is_null() {
    if (cursor_.type() != JsonCursor::Type::null) return false;
    cursor_.skip();
    return true;
  }

  template <typename OnKey>
  void fields(OnKey on_key) {
    reader_.object({}, [&](std::string_view key) { return is_null() || on_key(key); });
  }

  template <typename T>
  bool value(T& out) {
    reader_.read(out);
    return true;
  }

  bool value(Secret& out) {
    std::string text;
    reader_.read(text);
    out = Secret(std::move(text));
    return true;
  }

  /// A path relative to the kubeconfig.
  bool file(std::string& out) {
    reader_.read(out);
    if (!out.empty()) out = (folder_ / out).lexically_normal().string();
    return true;
  }

  /// `[{name: N, <what>: {…}}, …]`.
  template <typename Entry>
  bool entries(std::string_view what, std::map<std::string, Entry>& out,
               bool (Reader::*on_field)(std::string_view, Entry&)) {
    reader_.list([&] {
      if (is_null()) return;
      const std::size_t start = cursor_.offset();
      std::string name;
      Entry entry;
      entry.defined_in = path_;
      fields([&](std::string_view key) {
        if (key == "name") return value(name);
        if (key != what) return false;
        fields([&](std::string_view field) { return (this->*on_field)(field, entry); });
        return true;
      });
      if (!out.emplace(name, std::move(entry)).second && !cursor_.fault()) {
        reader_.find(start, fmt::format("the name {} is given to two entries", in_quotes(name)));
      }
    });
    return true;
  }

  bool cluster(std::string_view key, ClusterEntry& out) {
    if (key == "server") return value(out.server);
    if (key == "tls-server-name") return value(out.tls_server_name);
    if (key == "insecure-skip-tls-verify") return value(out.insecure_skip_tls_verify);
    if (key == "certificate-authority") return file(out.certificate_authority.file);
    if (key == "certificate-authority-data") return value(out.certificate_authority.data);
    if (key == "proxy-url") return value(out.proxy_url);
    if (key == "disable-compression") return value(out.disable_compression);
    if (key == "extensions") return extensions(out);
    return false;
  }

  bool extensions(ClusterEntry& out) {
    reader_.list([&] {
      std::string name;
      std::string json;
      fields([&](std::string_view key) {
        if (key == "name") return value(name);
        if (key != "extension") return false;
        json = copy_json(cursor_);
        return true;
      });
      if (name == kExecExtension) out.exec_config = std::move(json);
    });
    return true;
  }

  bool user(std::string_view key, UserEntry& out) {
    if (key == "client-certificate") return file(out.client_certificate.file);
    if (key == "client-certificate-data") return value(out.client_certificate.data);
    if (key == "client-key") return file(out.client_key.file);
    if (key == "client-key-data") return value(out.client_key.data);
    if (key == "token") return value(out.token);
    if (key == "tokenFile") return file(out.token_file);
    if (key == "username") return value(out.username);
    if (key == "password") return value(out.password);
    if (key == "as") return value(out.as.user);
    if (key == "as-uid") return value(out.as.uid);
    if (key == "as-groups") return value(out.as.groups);
    if (key == "as-user-extra") return extra(out.as);
    if (key == "auth-provider") return auth_provider(out);
    if (key == "exec") return exec(out);
    return false;
  }

  bool extra(Impersonation& out) {
    fields([&](std::string_view key) { return value(out.extra[std::string(key)]); });
    return true;
  }

  bool auth_provider(UserEntry& out) {
    out.auth_provider = "without a name";
    fields([&](std::string_view key) { return key == "name" && value(out.auth_provider); });
    return true;
  }

  bool exec(UserEntry& out) {
    ExecEntry& entry = out.exec.emplace();
    fields([&](std::string_view key) {
      if (key == "apiVersion") return value(entry.api_version);
      if (key == "command") return value(entry.command);
      if (key == "args") return value(entry.arguments);
      if (key == "env") return variables(entry);
      if (key == "installHint") return value(entry.install_hint);
      if (key == "provideClusterInfo") return value(entry.provide_cluster_info);
      if (key == "interactiveMode") return value(entry.interactive_mode);
      return false;
    });
    // A bare name is looked up in PATH, a path is one like all others.
    if (entry.command.find('/') != std::string::npos) {
      entry.command = (folder_ / entry.command).lexically_normal().string();
    }
    return true;
  }

  bool variables(ExecEntry& out) {
    reader_.list([&] {
      auto& variable = out.variables.emplace_back();
      fields([&](std::string_view key) {
        if (key == "name") return value(variable.first);
        return key == "value" && value(variable.second);
      });
    });
    return true;
  }

  bool context(std::string_view key, ContextEntry& out) {
    if (key == "cluster") return value(out.cluster);
    if (key == "user") return value(out.user);
    if (key == "namespace") return value(out.nspace);
    return false;
  }

  const std::string& path_;
  fs::path folder_;
  YamlDocument& document_;
  JsonCursor cursor_;
  DocumentReader reader_;
  std::string kind_;
};

}  // namespace

bool Kubeconfig::empty() const {
  return clusters.empty() && users.empty() && contexts.empty() && current_context.empty();
}

void Kubeconfig::merge(Kubeconfig&& later) {
  clusters.merge(later.clusters);
  users.merge(later.users);
  contexts.merge(later.contexts);
  if (current_context.empty()) current_context = std::move(later.current_context);
}

Kubeconfig parse_kubeconfig(const std::string& path, std::string_view text) {
  auto documents = read_yaml(text);
  if (!documents) {
    const auto& [place, message] = documents.error();
    throw Error(ErrorKind::usage, fmt::format("{}:{}:{}: {}", path, place.line, place.column, message));
  }
  if (documents->empty()) return {};
  if (documents->size() > 1) {
    throw Error(ErrorKind::usage, fmt::format("{} is not a kubeconfig: it holds several documents", path));
  }
  return Reader(path, documents->front()).read();
}

}  // namespace r2i::kube
