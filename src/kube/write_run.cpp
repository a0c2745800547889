#include "kube/write_run.hpp"

#include "base/url.hpp"
#include "kube/api.hpp"
#include "kube/apply_body.hpp"
#include "kube/explain.hpp"
#include "kube/live_state.hpp"

#include <fmt/format.h>

#include <utility>

namespace r2i::kube {

namespace {

using Kind = WriteResult::Kind;

/// How often an object that moves all the time is read again.
constexpr int kMostReads = 5;
/// What requests in flight get after a signal.
constexpr std::chrono::seconds kGrace{3};

std::string_view verbs_of(const Change& change) {
  if (change.action == Action::remove) return "delete";
  return change.live ? "patch" : "create, patch";
}

}  // namespace

WriteRun::WriteRun(Context& context, Session& session, const std::string& version,
                   std::span<const Change* const> changes, const WriteOptions& options, WriteSink& sink)
    : context_(context), session_(session), version_(version), changes_(changes), options_(options), sink_(sink) {}

std::optional<net::HttpRequest> WriteRun::next() {
  if (context_.stop.stop_requested()) return std::nullopt;
  if (!again_.empty()) {
    const std::size_t index = again_.back();
    again_.pop_back();
    return request_for(index, items_.at(index));
  }
  if (fresh_ == changes_.size()) return std::nullopt;
  const std::size_t index = fresh_++;
  const Change& change = *changes_[index];
  Item item{.change = &change, .key = change.key, .resource_version = {}};
  if (item.key.nspace.empty()) item.key.nspace = session_.connection().nspace;
  if (change.live) item.resource_version = change.live->resource_version;
  return request_for(index, items_.emplace(index, std::move(item)).first->second);
}

net::HttpRequest WriteRun::request_for(std::size_t index, Item& item) {
  net::HttpRequest request = item.reading ? session_.request(object_path(version_, item.key)) : write_request(item);
  request.tag = index;
  return request;
}

net::HttpRequest WriteRun::write_request(const Item& item) const {
  const Change& change = *item.change;
  const std::string uid = change.live ? change.live->uid : "";
  const std::string path = object_path(version_, item.key);
  if (change.action == Action::remove) {
    net::HttpRequest request = session_.request(path);
    request.method = net::HttpMethod::delete_;
    request.content_type = "application/json";
    request.body = delete_body(uid, item.resource_version, options_.dry_run);
    return request;
  }
  net::HttpRequest request = session_.request(fmt::format("{}?fieldManager={}&force={}&fieldValidation=Strict{}", path,
                                                          percent_encode(options_.manager), change.force,
                                                          options_.dry_run ? "&dryRun=All" : ""));
  request.method = net::HttpMethod::patch;
  request.content_type = "application/apply-patch+yaml";  // of which JSON is a part
  request.body = apply_body(*change.after, version_, uid, item.resource_version);
  return request;
}

void WriteRun::done(net::HttpRequest request, net::HttpResult result) {
  const std::size_t index = request.tag;
  Item& item = items_.at(index);
  if (!result) {
    if (result.error().kind == net::HttpFailure::Kind::interrupted) {
      tell(index, Kind::failed, "interrupted before the API server answered; the next run sees what it did");
    } else {
      tell(index, Kind::failed, explain(result.error()));
    }
  } else if (item.reading) {
    settle_read(index, item, *result);
  } else {
    item.answers_lost = item.answers_lost || result->attempts > 1;
    settle_write(index, item, *result);
  }
}

bool WriteRun::work() {
  if (!context_.stop.stop_requested()) return false;
  const auto now = std::chrono::steady_clock::now();
  if (!signalled_) signalled_ = now;
  if (now - *signalled_ >= kGrace) stop_.request_stop();
  return false;
}

void WriteRun::settle_write(std::size_t index, Item& item, net::HttpAnswer& answer) {
  if (answer.status >= 200 && answer.status <= 299) {
    succeed(index, item, answer);
    return;
  }
  const Status status = read_status(cursor_, answer);
  if (item.change->action == Action::remove && status.is_missing_object()) {
    tell(index, Kind::gone);
  } else if (status.is_field_conflict()) {
    tell(index, Kind::conflict, describe_conflict(status));
  } else if (status.code == 409) {
    read_again(index, item, status);
  } else {
    fail(index, item, status, answer.attempts);
  }
}

void WriteRun::succeed(std::size_t index, const Item& item, net::HttpAnswer& answer) {
  const auto written = read_written(cursor_, std::move(answer.body));
  if (!written) {
    tell(index, Kind::failed, "what came is no answer of an API server, so nobody knows what became of it");
    return;
  }
  // The API server does not say whether anything changed. In a dry run the version never moves.
  const bool same = !options_.dry_run && item.change->action != Action::remove && !item.resource_version.empty() &&
                    written->resource_version == item.resource_version;
  tell(index, same ? Kind::unchanged : Kind::done);
}

void WriteRun::read_again(std::size_t index, Item& item, const Status& status) {
  if (!item.change->live) {
    tell(index, Kind::moved_on, describe(status));
  } else if (++item.reads > kMostReads) {
    tell(index, Kind::moved_on, "it is written by somebody else all the time");
  } else {
    item.reading = true;
    again_.push_back(index);
  }
}

void WriteRun::settle_read(std::size_t index, Item& item, net::HttpAnswer& answer) {
  item.reading = false;
  if (answer.status == 404) {
    if (item.change->action == Action::remove) {
      tell(index, Kind::gone);
    } else {
      tell(index, Kind::moved_on, "it was deleted since it was read");
    }
    return;
  }
  if (answer.status != 200) {
    const Asked asked{.plural = plural_of(item.key.kind), .verbs = "get", .nspace = item.key.nspace};
    tell(index, Kind::failed, explain(session_, read_status(cursor_, answer), asked, answer.attempts));
    return;
  }
  const auto live = read_object(cursor_, std::move(answer.body));
  if (live) {
    judge(index, item, *live);
  } else {
    tell(index, Kind::failed, "what the API server gives for the object cannot be read");
  }
}

void WriteRun::judge(std::size_t index, Item& item, const LiveObject& live) {
  std::string difference = differences(live, *item.change->live, options_.manager);
  if (difference.empty()) {
    item.resource_version = live.resource_version;
    again_.push_back(index);
  } else if (item.change->after && is_written(live, *item.change->after, options_.manager)) {
    // By an attempt of ours whose answer was lost, or by another run.
    tell(index, item.answers_lost ? Kind::done : Kind::unchanged);
  } else {
    tell(index, Kind::moved_on, std::move(difference));
  }
}

void WriteRun::fail(std::size_t index, const Item& item, const Status& status, int attempts) {
  const Asked asked{.plural = plural_of(item.key.kind), .verbs = verbs_of(*item.change), .nspace = item.key.nspace};
  std::string message = explain(session_, status, asked, attempts);
  if (status.code == 404 && !status.is_missing_namespace()) {
    message = fmt::format("the API server does not serve {} of {}/{} ({})", asked.plural, kApiGroup, version_, message);
  }
  tell(index, Kind::failed, std::move(message));
}

void WriteRun::tell(std::size_t index, WriteResult::Kind kind, std::string message) {
  items_.erase(index);
  sink_.written(index, {kind, std::move(message)});
}

}  // namespace r2i::kube
