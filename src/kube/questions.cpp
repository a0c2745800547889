#include "kube/questions.hpp"

#include "base/json_writer.hpp"
#include "base/output.hpp"
#include "base/url.hpp"
#include "kube/api.hpp"
#include "kube/api_versions.hpp"
#include "kube/apply_body.hpp"
#include "kube/explain.hpp"
#include "model/document_reader.hpp"

#include <fmt/format.h>

#include <map>
#include <utility>

namespace r2i::kube {

namespace {

void write_text(Sink& sink, std::string_view key, std::string_view value) {
  sink.key(key);
  sink.string(value);
}

std::string review_body(const Access& access) {
  StringOutput out;
  JsonWriter sink(out, 0);
  sink.begin_map();
  write_text(sink, "kind", "SelfSubjectAccessReview");
  write_text(sink, "apiVersion", "authorization.k8s.io/v1");
  sink.key("spec");
  sink.begin_map();
  sink.key("resourceAttributes");
  sink.begin_map();
  write_text(sink, "group", kApiGroup);
  write_text(sink, "resource", access.resource);
  write_text(sink, "verb", access.verb);
  if (!access.nspace.empty()) write_text(sink, "namespace", access.nspace);
  sink.end_map();
  sink.end_map();
  sink.end_map();
  return out.text();
}

/// The answer to one question with one field of interest: `"parent": {"name": …}`, or `"name"` at the root.
template <typename T>
bool read_field(JsonCursor& cursor, std::string body, std::string_view parent, std::string_view name, T& out) {
  bool found = false;
  if (!cursor.open(body)) return false;
  DocumentReader reader(cursor);
  const auto read_name = [&](std::string_view key) {
    if (key != name) return false;
    reader.read(out);
    found = true;
    return true;
  };
  reader.object({}, [&](std::string_view key) {
    if (parent.empty()) return read_name(key);
    if (key != parent) return false;
    reader.object({}, read_name);
    return true;
  });
  return reader.finish().empty() && found;
}

std::string explain_answer(const Session& session, const net::HttpResult& result) {
  if (!result) return explain(result.error());
  JsonCursor cursor;
  return explain(session, read_status(cursor, *result), {.plural = {}, .verbs = {}, .nspace = {}}, result->attempts);
}

std::vector<Access> questions(std::span<const std::string> namespaces) {
  const std::vector<std::string> everywhere = {""};
  std::vector<Access> accesses;
  for (const std::string& nspace : namespaces.empty() ? std::span<const std::string>(everywhere) : namespaces) {
    for (const ApiKind& kind : kKinds) {
      for (const char* verb : {"list", "get", "create", "patch", "delete"}) {
        accesses.push_back({.verb = verb, .resource = std::string(kind.plural), .nspace = nspace});
      }
    }
  }
  return accesses;
}

tl::expected<void, std::string> ask_accesses(Session& session, std::vector<Access>& accesses) {
  std::vector<net::HttpRequest> requests;
  for (const Access& access : accesses) {
    net::HttpRequest& request =
        requests.emplace_back(session.request("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"));
    request.method = net::HttpMethod::post;
    request.content_type = "application/json";
    request.body = review_body(access);
  }
  auto results = session.run_all(std::move(requests));
  JsonCursor cursor;
  for (std::size_t i = 0; i < accesses.size(); ++i) {
    const bool answered = results[i] && (results[i]->status == 200 || results[i]->status == 201);
    if (!answered || !read_field(cursor, results[i]->body, "status", "allowed", accesses[i].allowed)) {
      return tl::make_unexpected("cannot ask what is allowed: " + explain_answer(session, results[i]));
    }
  }
  return {};
}

/// Those that are known not to be there. To know that is no right that a run needs, so that a refusal is no failure.
std::vector<std::string> missing_of(Session& session, std::span<const std::string> namespaces) {
  std::vector<net::HttpRequest> requests;
  for (const std::string& nspace : namespaces) {
    requests.push_back(session.request("/api/v1/namespaces/" + percent_encode(nspace)));
  }
  const auto results = session.run_all(std::move(requests));
  std::vector<std::string> missing;
  JsonCursor cursor;
  for (std::size_t i = 0; i < namespaces.size(); ++i) {
    if (results[i] && read_status(cursor, *results[i]).is_missing_namespace()) missing.push_back(namespaces[i]);
  }
  return missing;
}

}  // namespace

tl::expected<ClusterFacts, std::string> ask_facts(Session& session, std::span<const std::string> namespaces) {
  ClusterFacts facts;
  auto results = session.run_all({session.request("/version")});
  net::HttpResult& version = results.front();
  // A cluster may hide its version; that is no reason to stop.
  const bool hidden = version && (version->status == 403 || version->status == 404);
  JsonCursor cursor;
  if (!version || (version->status != 200 && !hidden)) {
    return tl::make_unexpected(explain_answer(session, version));
  }
  if (!hidden && !read_field(cursor, version->body, "", "gitVersion", facts.version)) {
    return tl::make_unexpected(
        fmt::format("{} does not answer like a Kubernetes API server", session.connection().server));
  }
  auto versions = ask_versions(session);
  if (!versions) return tl::make_unexpected(std::move(versions.error()));
  facts.versions = *std::move(versions);
  facts.accesses = questions(namespaces);
  if (auto asked = ask_accesses(session, facts.accesses); !asked) return tl::make_unexpected(asked.error());
  facts.missing_namespaces = missing_of(session, namespaces);
  return facts;
}

tl::expected<std::vector<std::string>, std::string> ask_namespaces(Session& session, const std::string& version,
                                                                   std::span<const Change* const> changes,
                                                                   const WriteOptions& options) {
  std::map<std::string, const Change*> one_each;
  for (const Change* change : changes) {
    if (!change->after) continue;
    one_each.emplace(change->key.nspace.empty() ? session.connection().nspace : change->key.nspace, change);
  }
  std::vector<net::HttpRequest> requests;
  for (const auto& [nspace, change] : one_each) {
    ObjectKey key = change->key;
    key.nspace = nspace;
    net::HttpRequest& request = requests.emplace_back(
        session.request(fmt::format("{}?fieldManager={}&force=false&fieldValidation=Strict&dryRun=All",
                                    object_path(version, key), percent_encode(options.manager))));
    request.method = net::HttpMethod::patch;
    request.content_type = "application/apply-patch+yaml";
    request.body = apply_body(*change->after, version, {}, {});
  }
  const auto results = session.run_all(std::move(requests));
  std::vector<std::string> missing;
  JsonCursor cursor;
  auto result = results.begin();
  for (const auto& [nspace, change] : one_each) {
    // Whatever else is wrong with this one object is told when it is written.
    if (!*result || (*result)->status == 401) return tl::make_unexpected(explain_answer(session, *result));
    if ((*result)->status == 404 && read_status(cursor, **result).is_missing_namespace()) missing.push_back(nspace);
    ++result;
  }
  return missing;
}

}  // namespace r2i::kube
