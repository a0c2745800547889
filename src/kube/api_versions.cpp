#include "kube/api_versions.hpp"

#include "base/text.hpp"
#include "kube/api.hpp"
#include "kube/explain.hpp"
#include "kube/session.hpp"
#include "model/document_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace r2i::kube {

namespace {

void read_version(DocumentReader& reader, std::string& out) {
  reader.object({}, [&](std::string_view key) {
    if (key != "version") return false;
    reader.read(out);
    return true;
  });
}

}  // namespace

tl::expected<std::vector<std::string>, std::string> read_api_group(JsonCursor& cursor, std::string body) {
  DocumentReader reader(cursor);
  std::vector<std::string> versions;
  std::string preferred;
  if (cursor.open(body)) {
    reader.object({}, [&](std::string_view key) {
      if (key == "versions") {
        reader.list([&] { read_version(reader, versions.emplace_back()); });
      } else if (key == "preferredVersion") {
        read_version(reader, preferred);
      } else {
        return false;
      }
      return true;
    });
  }
  const auto findings = reader.finish();
  if (!findings.empty()) return tl::make_unexpected(findings.front().message);
  const auto place = std::ranges::find(versions, preferred);
  if (place != versions.end()) std::rotate(versions.begin(), place, place + 1);
  return versions;
}

tl::expected<std::vector<std::string>, std::string> ask_versions(Session& session) {
  const auto fail = [](std::string_view why) {
    return tl::make_unexpected(fmt::format("cannot ask which versions of {} are served: {}", kApiGroup, why));
  };
  auto results = session.run_all({session.request(fmt::format("/apis/{}", kApiGroup))});
  net::HttpResult& result = results.front();
  if (!result) return fail(explain(result.error()));
  JsonCursor cursor;
  if (result->status == 404) return {};
  if (result->status != 200) {
    const Asked asked{.plural = {}, .verbs = {}, .nspace = {}};
    return fail(explain(session, read_status(cursor, *result), asked, result->attempts));
  }
  auto versions = read_api_group(cursor, std::move(result->body));
  if (!versions) return fail(versions.error());
  return versions;
}

tl::expected<std::string, std::string> choose_version(const std::vector<std::string>& versions,
                                                      const std::string& server) {
  for (const char* version : {"v1", "v1beta1"}) {
    if (std::ranges::find(versions, version) != versions.end()) return std::string(version);
  }
  if (versions.empty()) {
    return tl::make_unexpected(fmt::format(
        "Istio's CRDs are not installed in the cluster at {} ({} is not served): install Istio, or its CRDs alone, or "
        "choose another cluster with --context",
        server, kApiGroup));
  }
  return tl::make_unexpected(fmt::format(
      "the cluster at {} serves {} only as {}, which is too old: v1 or v1beta1 is needed (Istio 1.5 or newer)", server,
      kApiGroup, clean_text(join(versions, ", "))));
}

}  // namespace r2i::kube
