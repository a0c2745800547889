#include "sources/ask_each.hpp"

#include "sources/http_words.hpp"

#include <utility>

namespace r2i::sources {

namespace {

constexpr long kForbidden = 403;
// A token that runs out while a question is under way is one refusal. Two say that the token is not the reason.
constexpr unsigned kMostRefusals = 2;

}  // namespace

AskEach::AskEach(net::HttpClient& client, unsigned window, Credentials& credentials, Context& context,
                 Questions& questions, const Scope& scope)
    : client_(client),
      window_(window),
      credentials_(credentials),
      context_(context),
      questions_(questions),
      scope_(scope) {}

void AskEach::run(std::size_t count) {
  asked_.assign(count, {});
  for (std::size_t index = 0; index < count; ++index) queue_.push_back(index);
  while (!queue_.empty() || !refused_.empty()) {
    if (credentials_.is_stale()) (void)credentials_.renew(credentials_.generation());
    is_first_ = true;
    client_.run(*this, context_.stop);
    context_.check_interrupt();
    settle_refused();
  }
}

bool AskEach::gave_up() const {
  // A registry that stopped answering would otherwise be waited for, once for each of thousands of questions.
  return failures_in_a_row_ > 2 * window_;
}

std::optional<net::HttpRequest> AskEach::next() {
  while (!queue_.empty() && gave_up()) {
    questions_.unanswered(queue_.front(), "not asked: the registry has stopped answering");
    queue_.pop_front();
  }
  // Credentials that live shorter than it takes to get them are used for one question at least.
  if (queue_.empty() || !refused_.empty() || (!is_first_ && credentials_.is_stale())) return std::nullopt;
  is_first_ = false;
  const std::size_t index = queue_.front();
  queue_.pop_front();
  asked_[index].generation = credentials_.generation();
  net::HttpRequest request = questions_.question(index);
  request.tag = index;
  return request;
}

void AskEach::done(net::HttpRequest request, net::HttpResult result) {
  const std::size_t index = request.tag;
  if (!result) {
    if (result.error().kind == net::HttpFailure::Kind::interrupted) return;
    ++failures_in_a_row_;
    questions_.unanswered(index, describe_failure(request, result.error()));
  } else if (result->status == kForbidden && ++asked_[index].refusals < kMostRefusals) {
    failures_in_a_row_ = 0;
    refused_.push_back({index, std::move(request), std::move(*result)});
    return;
  } else {
    failures_in_a_row_ = 0;
    if (!questions_.answered(index, request, std::move(*result))) {
      queue_.push_back(index);
      return;
    }
  }
  show_progress();
}

void AskEach::show_progress() {
  context_.progress.update("reading " + scope_.display(), ++finished_, asked_.size());
}

void AskEach::settle_refused() {
  // Those that were refused are the next, so that none is refused again and again while others are asked.
  std::vector<std::size_t> again;
  bool can_renew = true;
  for (Refusal& refusal : std::exchange(refused_, {})) {
    const unsigned used = asked_[refusal.index].generation;
    if (used == credentials_.generation() && can_renew) can_renew = credentials_.renew(used);
    if (used < credentials_.generation()) {
      again.push_back(refusal.index);
    } else {
      (void)questions_.answered(refusal.index, refusal.request, std::move(refusal.answer));
      show_progress();
    }
  }
  queue_.insert(queue_.begin(), again.begin(), again.end());
}

}  // namespace r2i::sources
