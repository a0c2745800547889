#include "sources/nacos.hpp"

#include "base/text.hpp"
#include "model/codes.hpp"
#include "sources/fail_over.hpp"
#include "sources/nacos_api.hpp"
#include "sources/nacos_list.hpp"
#include "sources/nacos_namespace.hpp"
#include "sources/nacos_open.hpp"
#include "sources/nacos_options.hpp"
#include "sources/nacos_pages.hpp"
#include "sources/nacos_session.hpp"
#include "sources/registry.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace r2i::sources::nacos {

namespace {

/// Reads every namespace from one server.
class ServerReader {
 public:
  /// `api`: the one that the server has, once that is known.
  ServerReader(Session& session, std::optional<Api>& api, std::shared_ptr<const SourceInfo> source,
               const NameFilter& names, ServiceSink& services)
      : session_(session), api_(api), source_(std::move(source)), names_(names), services_(services) {}

  std::vector<ScopeState> read() {
    std::vector<std::string> ids = session_.options().namespaces;
    const bool wants_all = std::ranges::find(ids, "all") != ids.end();
    if (wants_all) {
      auto all = find_namespaces();
      if (!all) return failed(all.error());
      ids = std::move(*all);
    }
    std::vector<std::unique_ptr<Namespace>> read;
    for (const std::string& id : ids) {
      read.push_back(std::make_unique<Namespace>(session_.options(), source_, id, names_, services_));
      read_namespace(*read.back());
    }
    judge_empty(read, wants_all);
    std::vector<ScopeState> states;
    for (const auto& one : read) states.push_back(one->report().finish(one->scope(), session_.context().diagnostics));
    return states;
  }

 private:
  void read_namespace(Namespace& target) {
    auto list = find_list(target.id());
    if (!list) {
      target.report().problem(list.error().code, "", list.error().why);
    } else if (lists_with_instances(*api_)) {
      PageReader(session_, *api_, target).read(std::move(*list));
    } else {
      OpenReader(session_, *api_, target).read(*list);
    }
  }

  /// The list of a namespace's services, or of its first group's, through the best API that the server has.
  tl::expected<ServiceList, Fault> find_list(const std::string& nspace) {
    const auto& groups = session_.options().groups;
    std::vector<std::string> absent;
    for (const Api api : api_ ? std::vector{*api_} : candidates(session_.options().api)) {
      const bool by_group = !lists_with_instances(api);
      auto list = read_list(session_, api, nspace, by_group ? first_group() : "");
      if (list) {
        api_ = api;
        if (by_group && groups.empty()) return tl::make_unexpected(Fault{Code::source_unreachable, no_groups(absent)});
        return std::move(*list);
      }
      if (api_ || !is_absent(list.error().status)) return tl::make_unexpected(with_hint(api, list.error()));
      absent.push_back(list.error().fault.why);
    }
    return tl::make_unexpected(Fault{
        Code::source_unreachable,
        fmt::format("the server has none of the APIs that were tried (contextPath says below which path they are): {}",
                    join(absent, "; "))});
  }

  [[nodiscard]] std::string first_group() const {
    const auto& groups = session_.options().groups;
    return groups.empty() ? "DEFAULT_GROUP" : groups.front();
  }

  static std::string no_groups(const std::vector<std::string>& absent) {
    return fmt::format("this server lists the services of one group at a time: name the groups with group={}{}",
                       absent.empty() ? "" : "; ", join(absent, "; "));
  }

  [[nodiscard]] Fault with_hint(Api api, const Refusal& refusal) const {
    constexpr long kForbidden = 403;
    Fault fault = refusal.fault;
    if (refusal.status == kForbidden && api == Api::admin_v3 && session_.options().api == ApiVersion::found_out) {
      fault.why += "; of Nacos 3.0 and 3.1, apiVersion=v1 with group= reads what its clients may see";
    }
    return fault;
  }

  tl::expected<std::vector<std::string>, std::string> find_namespaces() {
    std::vector<std::string_view> paths = {"v3/admin/core/namespace/list", "v1/console/namespaces"};
    const auto version = session_.options().api;
    if (version == ApiVersion::v3) paths.pop_back();
    if (version == ApiVersion::v1 || version == ApiVersion::v2) paths.erase(paths.begin());
    std::vector<std::string> absent;
    for (const std::string_view path : paths) {
      auto answer = session_.get(path, "");
      if (!answer && is_absent(answer.error().status)) {
        absent.push_back(answer.error().fault.why);
        continue;
      }
      if (!answer) return tl::make_unexpected(answer.error().fault.why);
      auto ids = parse_namespaces(session_.cursor(), answer->body);
      if (!ids) return tl::make_unexpected(session_.about(path, ids.error()));
      if (ids->empty()) return tl::make_unexpected(session_.about(path, "the list of namespaces is empty"));
      return std::move(*ids);
    }
    return tl::make_unexpected(fmt::format(
        "the namespaces cannot be listed (name them with namespace=, or check contextPath): {}", join(absent, "; ")));
  }

  /// A server that was started anew has forgotten whatever is registered by those who are alive; it shows its
  /// namespaces without services until they come back, each when its own do. Where all namespaces are wanted, some are
  /// meant to be empty: beside one that has services they count as not read, which takes nothing away.
  void judge_empty(std::vector<std::unique_ptr<Namespace>>& read, bool wants_all) {
    if (session_.options().trust_empty) return;
    const bool has_services = std::ranges::any_of(read, [](const auto& one) { return one->is_empty() == false; });
    if (wants_all && has_services) {
      std::erase_if(read, [](const auto& one) { return one->is_empty() == true; });
    }
    for (const auto& one : read) {
      if (one->is_empty() != true) continue;
      one->report().problem(Code::namespace_empty, "",
                            "the namespace has no services, as on a server that has just been started");
    }
  }

  /// A failure before it is known which namespaces there are.
  std::vector<ScopeState> failed(const std::string& why) {
    Namespace unknown(session_.options(), source_, "all", names_, services_);
    unknown.report().problem(Code::source_unreachable, "", why);
    return {unknown.report().finish(unknown.scope(), session_.context().diagnostics)};
  }

  Session& session_;
  std::optional<Api>& api_;
  std::shared_ptr<const SourceInfo> source_;
  const NameFilter& names_;
  ServiceSink& services_;
};

class NacosSource : public Registry {
 public:
  NacosSource(const SourceSpec& spec, const FetchOptions& fetch, const Environment& environment)
      : Registry(spec, fetch, native_names(environment)),
        options_(read_options(this->spec(), fetch, values(), this->environment())),
        secrets_(values()),
        apis_(options_.places.size()) {
    std::vector<std::string> addresses;
    for (const Place& place : options_.places) addresses.push_back(place.server.display);
    describe(join(addresses, ","), options_.verify_tls);
  }

 private:
  std::vector<ScopeState> read(Context& context, ServiceSink& services) override {
    return read_first_complete(options_.places.size(), context, services,
                               [&](std::size_t number, Context& local, ServiceSink& sink) {
                                 Session session(options_, options_.places[number], secrets_, local);
                                 return ServerReader(session, apis_[number], source(), names(), sink).read();
                               });
  }

  Options options_;
  Secrets secrets_;
  std::vector<std::optional<Api>> apis_;  ///< of each server, once it is known
};

}  // namespace

std::unique_ptr<Source> make(const SourceSpec& spec, const FetchOptions& fetch, const Environment& environment) {
  return std::make_unique<NacosSource>(spec, fetch, environment);
}

}  // namespace r2i::sources::nacos
