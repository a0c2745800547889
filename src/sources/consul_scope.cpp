#include "sources/consul_scope.hpp"

#include "base/text.hpp"
#include "base/url.hpp"
#include "model/codes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace r2i::sources::consul {

namespace {

constexpr long kOk = 200;

void add_parameter(std::string& query, std::string_view key, std::string_view value) {
  if (!value.empty()) query += fmt::format("&{}={}", key, percent_encode(value));
}

std::string scope_query(const Options& options, const std::string& datacenter) {
  std::string query;
  add_parameter(query, "dc", datacenter);
  add_parameter(query, "ns", options.nspace);
  add_parameter(query, "partition", options.partition);
  for (const std::string& meta : options.node_meta) add_parameter(query, "node-meta", meta);
  return query;
}

/// Whether the list of services must have the service "consul": nothing was asked for that could leave it out.
bool must_list_consul(const Options& options) {
  return !options.emulator && !options.trust_view && options.service_filter.empty() && options.node_meta.empty() &&
         options.peer.empty() && (options.nspace.empty() || options.nspace == "default") &&
         (options.partition.empty() || options.partition == "default");
}

/// Consul answers 400 to these, whatever their encoding; asked for, one of them would make a source incomplete for
/// ever.
bool can_be_asked(std::string_view name) {
  return !name.empty() && name.find_first_of(std::string_view("\n\0", 2)) == std::string_view::npos;
}

}  // namespace

ScopeReader::ScopeReader(Session& session, std::shared_ptr<const SourceInfo> source, std::string datacenter, bool local,
                         const NameFilter& names, ServiceSink& services)
    : session_(session),
      scope_(std::make_shared<Scope>()),
      names_(names),
      services_(services),
      query_(scope_query(session.options(), datacenter)) {
  scope_->source = std::move(source);
  scope_->datacenter = std::move(datacenter);
  scope_->local = local;
  scope_->partition = session.options().partition;
  scope_->peer = session.options().peer;
  name_scope();
}

void ScopeReader::name_scope() {
  const Options& options = session_.options();
  std::vector<std::string> parts = {scope_->datacenter.empty() ? "default" : scope_->datacenter};
  if (!options.partition.empty()) parts.push_back(options.partition);
  if (!options.nspace.empty()) parts.push_back(options.nspace);
  if (!options.peer.empty()) parts.push_back("peer:" + options.peer);
  scope_->name = join(parts, "/");
}

ScopeState ScopeReader::read() {
  read_services();
  for (Service& service : parked_) services_.service(std::move(service));
  return report_.finish(scope_, session_.context().diagnostics);
}

void ScopeReader::read_services() {
  const auto names = session_.options().peer.empty() ? list_names() : list_imported();
  if (!names) return;
  for (std::string& name : wanted(*names)) {
    pending_.push_back({std::move(name)});
  }
  AskEach each(session_.client(), session_.agent().http.window, session_, session_.context(), *this, *scope_);
  each.run(pending_.size());
  settle_empty();
}

std::optional<std::vector<std::string>> ScopeReader::list_names() {
  std::string query = query_;
  add_parameter(query, "filter", session_.options().service_filter);
  auto answer = session_.get_fresh("catalog/services", query);
  if (!answer) {
    problem(answer.error().code, "", answer.error().why);
    return std::nullopt;
  }
  auto names = parse_service_names(session_.cursor(), answer->body);
  if (!names) {
    problem(Code::source_unreachable, "",
            fmt::format("GET {}/v1/catalog/services: {}", session_.agent().base_url, names.error()));
    return std::nullopt;
  }
  judge_list(*answer, *names);
  return std::move(*names);
}

std::optional<std::vector<std::string>> ScopeReader::list_imported() {
  const std::string& peer = session_.options().peer;
  auto answer = session_.get_fresh("peering/" + percent_encode(peer), query_);
  if (!answer) {
    problem(answer.error().code, "", answer.error().why);
    return std::nullopt;
  }
  auto peering = parse_peering(session_.cursor(), answer->body);
  if (!peering) {
    problem(Code::source_unreachable, "", fmt::format("peering {}: {}", in_quotes(peer), peering.error()));
    return std::nullopt;
  }
  if (peering->state != "ACTIVE") {
    problem(Code::stale_answer, "", fmt::format("the peering {} is {}", in_quotes(peer), in_quotes(peering->state)));
  }
  add_parameter(query_, "peer", peer);
  return std::move(peering->imported);
}

void ScopeReader::judge_list(const net::HttpAnswer& answer, const std::vector<std::string>& names) {
  if (is_filtered_by_acl(answer) && !session_.options().trust_view) {
    problem(Code::filtered_by_acl, "", "the list of services lacks what the token may not see");
  } else if (must_list_consul(session_.options()) && !std::ranges::binary_search(names, std::string("consul"))) {
    problem(Code::list_without_consul, "",
            fmt::format("the list of {} lacks the service \"consul\"", counted(names.size(), "service")));
  }
}

/// What is asked for: without the excluded names, and of names that differ only in case one, since Consul answers all
/// of them with the same instances: the one in lower case, else the first.
std::vector<std::string> ScopeReader::wanted(std::vector<std::string> names) {
  std::map<std::string, std::vector<std::string>> variants;
  for (std::string& name : names) {
    if (!can_be_asked(name)) {
      note(Code::name_unaskable, name, "left out: Consul refuses requests for this name");
    } else if (const auto refusal = names_.refusal(name)) {
      note(Code::excluded_by_name, name, std::string(*refusal));
    } else {
      variants[to_lower(name)].push_back(std::move(name));
    }
  }
  std::vector<std::string> chosen;
  for (auto& [lower, spellings] : variants) {
    const auto exact = std::ranges::find(spellings, lower);
    const std::string& name = exact == spellings.end() ? spellings.front() : *exact;
    for (const std::string& other : spellings) {
      if (other != name) note(Code::case_variants, other, fmt::format("it is one with {}", in_quotes(name)));
    }
    chosen.push_back(name);
  }
  return chosen;
}

net::HttpRequest ScopeReader::question(std::size_t index) {
  const Pending& pending = pending_[index];
  std::string query = query_;
  add_parameter(query, "filter", session_.options().filter);
  net::HttpRequest request =
      session_.request("health/service/" + percent_encode(pending.name), query, pending.of_leader);
  // Consul would compress answers of a few kilobytes, which costs it more than sending them.
  request.compressed = false;
  return request;
}

bool ScopeReader::answered(std::size_t index, const net::HttpRequest& request, net::HttpAnswer answer) {
  if (answer.status == kOk) return take(index, std::move(answer));
  lose(pending_[index].name, Code::service_unread, describe_failure(request, answer));
  return true;
}

void ScopeReader::unanswered(std::size_t index, const std::string& why) {
  lose(pending_[index].name, Code::service_unread, why);
}

/// False: the service is to be asked for again.
bool ScopeReader::take(std::size_t index, net::HttpAnswer answer) {
  Pending& pending = pending_[index];
  if (!session_.is_fresh(answer)) {
    if (pending.of_leader) {
      lose(pending.name, Code::stale_answer, "even the server that was asked for a current answer has no leader");
      return true;
    }
    pending.of_leader = true;
    return false;
  }
  auto parsed = parse_instances(session_.cursor(), answer.body);
  if (!parsed) {
    lose(pending.name, Code::entry_malformed, parsed.error());
    return true;
  }
  const auto subject = [&] { return fmt::format("service {}", in_quotes(pending.name)); };
  const bool filtered = is_filtered_by_acl(answer);
  if (filtered && !session_.options().trust_view) {
    problem(Code::filtered_by_acl, subject(), "the answer lacks what the token may not see");
  }
  for (const std::string& malformed : parsed->malformed) problem(Code::entry_malformed, subject(), malformed);
  if (session_.cursor().repaired()) note(Code::text_repaired, pending.name, "bytes that are no UTF-8 became U+FFFD");
  // Half of a service is not to be written: it would lose endpoints.
  const bool complete = parsed->malformed.empty() && (!filtered || session_.options().trust_view);
  // A filter, or an ACL whose view is trusted, may take all instances away. Else a service that is listed has one.
  const bool may_be_empty = !session_.options().filter.empty() || filtered || !parsed->malformed.empty();
  if (!parsed->instances.empty() || may_be_empty) {
    hand_over(pending.name, std::move(*parsed), complete);
  } else if (pending.was_empty) {
    empty_.push_back(index);
  } else {
    pending.was_empty = true;
    pending.of_leader = true;
    return false;
  }
  return true;
}

/// The services that were answered without instances, twice: gone in the meantime, or still listed and so not to be
/// believed.
void ScopeReader::settle_empty() {
  if (empty_.empty()) return;
  std::string query = query_;
  add_parameter(query, "filter", session_.options().service_filter);
  std::vector<std::string> listed;
  if (session_.options().peer.empty()) {
    auto answer = session_.get_fresh("catalog/services", query);
    auto names =
        answer ? parse_service_names(session_.cursor(), answer->body) : tl::make_unexpected(answer.error().why);
    if (!names) {
      problem(Code::source_unreachable, "", names.error());
      return;
    }
    listed = std::move(*names);
  }
  for (const std::size_t index : empty_) {
    const std::string& name = pending_[index].name;
    const bool still_listed =
        std::ranges::any_of(listed, [&](const std::string& other) { return equals_ignoring_case(name, other); });
    if (still_listed || !session_.options().peer.empty()) {
      lose(name, Code::service_vanished, "it is listed, but was answered without instances, twice");
    }
  }
}

void ScopeReader::hand_over(std::string name, Answer answer, bool complete) {
  learn_datacenter(answer.datacenter);
  Service service;
  service.name = std::move(name);
  service.scope = scope_;
  service.complete = complete;
  service.nspace = session_.options().nspace;
  service.instances = std::move(answer.instances);
  if (scope_->datacenter.empty()) {
    parked_.push_back(std::move(service));
  } else {
    services_.service(std::move(service));
  }
}

void ScopeReader::learn_datacenter(const std::string& datacenter) {
  if (!scope_->datacenter.empty() || datacenter.empty()) return;
  scope_->datacenter = datacenter;
  const std::string& local = session_.options().local_datacenter;
  if (!local.empty()) scope_->local = datacenter == local;
  name_scope();
  for (Service& service : parked_) services_.service(std::move(service));
  parked_.clear();
}

void ScopeReader::lose(const std::string& name, Code code, const std::string& why) {
  problem(code, fmt::format("service {}", in_quotes(name)), why);
  Service service;
  service.name = name;
  service.scope = scope_;
  service.complete = false;
  service.nspace = session_.options().nspace;
  parked_.push_back(std::move(service));
}

void ScopeReader::problem(Code code, const std::string& subject, const std::string& why) {
  report_.problem(code, subject, why);
}

void ScopeReader::note(Code code, const std::string& name, std::string why) {
  report_.note(code, fmt::format("service {}", in_quotes(name)), std::move(why));
}

}  // namespace r2i::sources::consul
