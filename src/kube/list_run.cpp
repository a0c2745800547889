#include "kube/list_run.hpp"

#include "base/url.hpp"
#include "kube/explain.hpp"
#include "kube/page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace r2i::kube {

namespace {

/// kubectl's size of a page.
constexpr int kLimit = 500;
/// Lists at once: bounds the pages in memory where there are many namespaces.
constexpr std::size_t kMostInFlight = 4;

}  // namespace

ListRun::ListRun(Context& context, Session& session, LiveSink& sink, const std::string& version,
                 const std::vector<std::string>& namespaces)
    : context_(context), session_(session), sink_(sink) {
  const std::vector<std::string> everywhere = {""};
  for (const std::string& nspace : namespaces.empty() ? everywhere : namespaces) {
    for (const ApiKind& kind : kKinds) {
      streams_.push_back({list_path(version, kind.plural, nspace), kind.plural, nspace, {}, true});
    }
  }
}

std::optional<net::HttpRequest> ListRun::next() {
  if (end_ != End::complete || in_flight_ >= kMostInFlight) return std::nullopt;
  const auto stream = std::ranges::find(streams_, true, &Stream::wanted);
  if (stream == streams_.end()) return std::nullopt;
  stream->wanted = false;
  ++in_flight_;
  // Without a resourceVersion, so that the answer is what is stored now, and not what a cache knows.
  const std::string more = stream->token.empty() ? "" : "&continue=" + percent_encode(stream->token);
  net::HttpRequest request = session_.request(fmt::format("{}?limit={}{}", stream->path, kLimit, more));
  request.tag = static_cast<std::uint64_t>(stream - streams_.begin());
  return request;
}

void ListRun::done(net::HttpRequest request, net::HttpResult result) {
  --in_flight_;
  Stream& stream = streams_[request.tag];
  if (!result) {
    stop(stream, End::failed, fmt::format("cannot list {}: {}", stream.plural, explain(result.error())));
  } else if (result->status == 200) {
    take_page(stream, std::move(result->body));
  } else {
    refuse(stream, *result);
  }
}

bool ListRun::work() {
  if (waiting_.empty()) return false;
  read_first();
  return true;
}

ListRun::End ListRun::finish() {
  while (!waiting_.empty() && end_ == End::complete) read_first();
  return end_;
}

void ListRun::take_page(Stream& stream, std::string body) {
  while (!waiting_.empty() && end_ == End::complete) read_first();
  if (end_ != End::complete) return;
  auto token = peek_continue_token(peeking_, body);
  const bool known = token.has_value();
  if (known) go_on(stream, *token);
  if (end_ != End::complete) return;
  waiting_.push_back({&stream, std::move(body), std::move(token)});
  if (!known) read_first();
}

void ListRun::read_first() {
  Waiting waiting = std::move(waiting_.front());
  waiting_.pop_front();
  Stream& stream = *waiting.stream;
  const auto page = read_page(cursor_, waiting.body, context_.diagnostics, sink_);
  if (!page) {
    stop(stream, End::failed,
         fmt::format("cannot list {}: what came is not a list of objects: {}", stream.plural, page.error()));
    return;
  }
  objects_ += page->objects;
  context_.progress.update("reading the cluster", objects_, 0);
  if (waiting.token && *waiting.token != page->continue_token) {
    stop(stream, End::failed, fmt::format("cannot list {}: a page has two continue tokens", stream.plural));
  } else if (!waiting.token) {
    go_on(stream, page->continue_token);
  }
}

void ListRun::go_on(Stream& stream, const std::string& token) {
  if (token.empty()) return;
  if (token == stream.token) {
    stop(stream, End::failed, fmt::format("cannot list {}: the pages go round in a circle", stream.plural));
    return;
  }
  stream.token = token;
  stream.wanted = true;
}

void ListRun::refuse(const Stream& stream, const net::HttpAnswer& answer) {
  const Status status = read_status(cursor_, answer);
  const End end = status.code == 410   ? End::expired
                  : status.code == 403 ? End::forbidden
                  : status.code == 404 ? End::absent
                                       : End::failed;
  const Asked asked{.plural = "serviceentries, workloadentries", .verbs = "list", .nspace = stream.nspace};
  const std::string where = stream.nspace.empty() ? "" : " in the namespace " + stream.nspace;
  stop(stream, end,
       fmt::format("cannot list {}{}: {}", stream.plural, where, explain(session_, status, asked, answer.attempts)));
}

void ListRun::stop(const Stream& stream, End end, std::string problem) {
  // What is told does not depend on which of several answers came first.
  if (stopped_by_ != nullptr && stopped_by_ <= &stream) return;
  stopped_by_ = &stream;
  end_ = end;
  problem_ = std::move(problem);
  waiting_.clear();
}

}  // namespace r2i::kube
