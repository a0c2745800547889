#include "kube/authorized.hpp"

#include <tuple>

namespace r2i::kube {

namespace {

constexpr long kUnauthorized = 401;

}  // namespace

std::optional<net::HttpRequest> Authorized::next() {
  if (credentials_.is_due()) pausing_ = true;
  if (pausing_) return std::nullopt;
  Flight flight;
  std::optional<net::HttpRequest> request;
  if (!again_.empty()) {
    std::tie(flight, request) = std::move(again_.back());
    again_.pop_back();
  } else {
    request = inner_.next();
    if (!request) return std::nullopt;
    flight.tag = request->tag;
  }
  flight.generation = credentials_.generation();
  request->headers = headers();
  request->compressed = connection_.compressed;
  request->tag = ++last_tag_;
  flights_.emplace(last_tag_, flight);
  return request;
}

void Authorized::done(net::HttpRequest request, net::HttpResult result) {
  const auto place = flights_.find(request.tag);
  const Flight flight = place->second;
  flights_.erase(place);
  if (result) {
    const bool refused = result->status == kUnauthorized;
    credentials_.judged(flight.generation, !refused);
    if (refused && !flight.sent_again && credentials_.may_change()) {
      refused_.push_back({flight, std::move(request), std::move(result)});
      pausing_ = true;
      return;
    }
    warnings_.report(*result);
  }
  hand_on(flight, std::move(request), std::move(result));
}

void Authorized::go_on() {
  pausing_ = false;
  for (Refused& refused : std::exchange(refused_, {})) {
    if (refused.flight.generation == credentials_.generation()) {
      hand_on(refused.flight, std::move(refused.request), std::move(refused.result));
    } else {
      refused.flight.sent_again = true;
      again_.emplace_back(refused.flight, std::move(refused.request));
    }
  }
}

void Authorized::fail(const net::HttpFailure& failure) {
  for (Refused& refused : std::exchange(refused_, {})) {
    hand_on(refused.flight, std::move(refused.request), tl::unexpected(failure));
  }
  for (auto& [flight, request] : std::exchange(again_, {})) {
    hand_on(flight, std::move(request), tl::unexpected(failure));
  }
  if (failure.kind == net::HttpFailure::Kind::interrupted) return;
  while (auto request = inner_.next()) inner_.done(*std::move(request), tl::unexpected(failure));
}

std::vector<std::pair<std::string, Secret>> Authorized::headers() const {
  std::vector<std::pair<std::string, Secret>> lines = connection_.impersonation;
  lines.emplace_back("Accept", Secret("application/json"));
  if (!credentials_.token().empty()) {
    lines.emplace_back("Authorization", Secret("Bearer " + credentials_.token().reveal()));
  }
  return lines;
}

void Authorized::hand_on(const Flight& flight, net::HttpRequest request, net::HttpResult result) {
  request.tag = flight.tag;
  inner_.done(std::move(request), std::move(result));
}

}  // namespace r2i::kube
