#include "sources/eureka_peer.hpp"

#include "base/text.hpp"
#include "base/url.hpp"
#include "model/codes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace r2i::sources::eureka {

namespace {

constexpr long kOk = 200;
constexpr long kNoContent = 204;
constexpr long kUnauthorized = 401;
constexpr long kForbidden = 403;
constexpr long kNotFound = 404;

net::HttpOptions with_password(const Server& peer, const SecretFile* password) {
  net::HttpOptions http = peer.http;
  if (password != nullptr) http.basic_password = password->value();
  return http;
}

/// What a status says of a Eureka, or of what stands in its place.
std::string_view advice(long status) {
  switch (status) {
    case kUnauthorized:
      return "; give the user and the password in the address, or with username and passwordFile";
    case kForbidden:
      return "; a Eureka that has started without a peer answers so until it has waited for registrations";
    case kNotFound:
      return "; the address must end where /apps follows, as in http://host:8761/eureka";
    default:
      return "";
  }
}

/// What an answer is that is no JSON, or nothing.
std::string_view foreign_format(const net::HttpAnswer& answer) {
  const std::string_view start = trim(answer.body);
  if (start.empty()) return "the answer is empty";
  if (start.front() != '<') return {};
  const std::string lower = to_lower(start.substr(0, 200));
  if (lower.find("<html") != std::string::npos || lower.find("<!doctype html") != std::string::npos)
    return "the answer is a page of HTML, as of a log-in or a proxy";
  return "the answer is XML although JSON was asked for: does a proxy drop the header Accept?";
}

std::string in_seconds(std::int64_t milliseconds) {
  return fmt::format("{} s", milliseconds / 1000);
}

/// Puts the instances of `more` to the application of the same name: an instance may have several virtual addresses.
void merge(Answer& all, std::map<std::string, std::size_t>& places, Answer&& more) {
  for (Application& application : more.applications) {
    const auto [place, is_new] = places.emplace(application.name, all.applications.size());
    if (is_new) {
      all.applications.push_back(std::move(application));
      continue;
    }
    Application& known = all.applications[place->second];
    for (Instance& instance : application.instances) {
      if (std::ranges::find(known.instances, instance.id, &Instance::id) == known.instances.end())
        known.instances.push_back(std::move(instance));
    }
    std::ranges::move(application.problems, std::back_inserter(known.problems));
    known.repaired = known.repaired || application.repaired;
  }
  std::ranges::move(more.malformed, std::back_inserter(all.malformed));
  all.instances += more.instances;
  if (more.span) all.span = std::max(all.span.value_or(0), *more.span);
}

}  // namespace

PeerReader::PeerReader(const Options& options, const Server& peer, SecretFile* password,
                       std::shared_ptr<const SourceInfo> source, const NameFilter& names, Context& context,
                       ServiceSink& services)
    : options_(options),
      peer_(peer),
      password_(password),
      names_(names),
      context_(context),
      services_(services),
      client_(with_password(peer, password)),
      scope_(std::make_shared<Scope>()) {
  scope_->source = std::move(source);
  scope_->name = "default";
  state_.scope = scope_;
}

ScopeState PeerReader::read() {
  context_.progress.update("reading " + scope_->display(), 0, 0);
  Parsed answer = options_.vips.empty() ? read_all() : read_vips();
  if (!answer) {
    problem(answer.error().code, "", answer.error().why);
    return std::move(state_);
  }
  const bool believed = judge(*answer);
  hand_over(std::move(*answer), believed);
  return std::move(state_);
}

/// Twice if the registry's own count is another one: it may have changed while it was written, and is sometimes wrong
/// (Netflix/eureka #1120).
PeerReader::Parsed PeerReader::read_all() {
  const auto differs = [](const Parsed& read) {
    return read && !read->hash.empty() && read->hash != read->counted && read->malformed.empty();
  };
  Parsed answer = get("/apps");
  if (!differs(answer)) return answer;
  answer = Answer();  // both at once would be much
  answer = get("/apps");
  if (differs(answer)) {
    report(Code::count_mismatch, "",
           fmt::format("it counts {}, but its answer has {}", in_quotes(answer->hash), in_quotes(answer->counted)));
  }
  return answer;
}

PeerReader::Parsed PeerReader::read_vips() {
  Answer all;
  std::map<std::string, std::size_t> places;
  for (const std::string& vip : options_.vips) {
    Parsed read = get("/vips/" + percent_encode(vip));
    if (!read) return read;
    if (read->instances == 0 && read->malformed.empty() && !options_.trust_empty) {
      return tl::make_unexpected(
          Fault{Code::registry_empty, fmt::format("no instance has the virtual address {}", in_quotes(vip))});
    }
    merge(all, places, std::move(*read));
  }
  return all;
}

net::HttpResult PeerReader::ask(const net::HttpRequest& request) {
  net::HttpResult result = client_.get(request, context_.stop);
  context_.check_interrupt();
  if (!result || result->status != kUnauthorized || password_ == nullptr || !password_->reload()) return result;
  client_ = net::HttpClient(with_password(peer_, password_));
  result = client_.get(request, context_.stop);
  context_.check_interrupt();
  return result;
}

PeerReader::Parsed PeerReader::get(std::string_view path) {
  net::HttpRequest request{fmt::format("{}{}", peer_.base_url, path)};
  // Without it, a Eureka answers XML.
  request.headers.emplace_back("Accept", Secret("application/json"));
  net::HttpResult result = ask(request);
  if (!result) return tl::make_unexpected(Fault{Code::source_unreachable, describe_failure(request, result.error())});
  return parse(request, std::move(*result));
}

PeerReader::Parsed PeerReader::parse(const net::HttpRequest& asked, net::HttpAnswer answer) const {
  const auto fail = [](std::string why) {
    return tl::make_unexpected(Fault{Code::source_unreachable, std::move(why)});
  };
  if (answer.status != kOk && answer.status != kNoContent)
    return fail(describe_failure(asked, answer) + std::string(advice(answer.status)));
  if (const auto foreign = foreign_format(answer); !foreign.empty())
    return fail(fmt::format("GET {}: {}", asked.url, foreign));
  auto contents = parse_answer(std::move(answer.body), options_.reading);
  if (!contents) return fail(fmt::format("GET {}: {}", asked.url, contents.error()));
  return std::move(*contents);
}

/// Whether the answer can be the whole. A Spring Cloud server answers from its first second on with what has registered
/// so far, while its clients come back one by one at their next heartbeat; nothing in the answer says so but its times.
/// What the server took in is dated by the server itself, after its start, and so is what it heard since.
bool PeerReader::judge(const Answer& answer) {
  for (const std::string& malformed : answer.malformed) problem(Code::entry_malformed, "", malformed);
  if (answer.instances == 0 && answer.malformed.empty() && !options_.trust_empty) {
    problem(Code::registry_empty, "", "the registry has no service, as one that has just started");
    return false;
  }
  if (options_.warm_up.count() > 0 && answer.span && *answer.span < options_.warm_up.count()) {
    problem(Code::registry_starting, "",
            fmt::format("{} has just started: its registrations go back {}, and {} are wanted", peer_.display,
                        in_seconds(*answer.span), in_seconds(options_.warm_up.count())));
    return false;
  }
  return true;
}

void PeerReader::hand_over(Answer&& answer, bool complete) {
  for (Application& application : answer.applications) {
    const std::string subject = fmt::format("service {}", in_quotes(application.name));
    if (const auto refusal = names_.refusal(application.name)) {
      report(Code::excluded_by_name, subject, std::string(*refusal));
      continue;
    }
    for (const std::string& why : application.problems) problem(Code::entry_malformed, subject, why);
    if (application.repaired) report(Code::text_repaired, subject, "bytes that are no UTF-8 became U+FFFD");
    Service service;
    service.name = std::move(application.name);
    service.scope = scope_;
    // Half of a service is not to be written: it would lose endpoints.
    service.complete = complete && application.problems.empty();
    service.instances = std::move(application.instances);
    services_.service(std::move(service));
  }
}

void PeerReader::problem(Code code, const std::string& subject, const std::string& why) {
  state_.complete = false;
  state_.problems.push_back(subject.empty() ? why : fmt::format("{}: {}", subject, why));
  report(code, subject, why);
}

void PeerReader::report(Code code, const std::string& subject, const std::string& why) {
  const std::string about = subject.empty() ? scope_->display() : fmt::format("{} of {}", subject, scope_->display());
  context_.diagnostics.report(diagnose(code, about, why));
}

}  // namespace r2i::sources::eureka
