#pragma once

#include "base/context.hpp"
#include "model/service.hpp"
#include "net/http_client.hpp"

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace r2i::sources {

/// What requests are made with, where a registry can refuse it. Each other value of it is a generation.
class Credentials {
 public:
  Credentials() = default;
  Credentials(const Credentials&) = delete;
  Credentials& operator=(const Credentials&) = delete;
  virtual ~Credentials() = default;

  [[nodiscard]] virtual unsigned generation() const = 0;
  /// Whether the present ones are about to run out: they are renewed before the next request goes out.
  [[nodiscard]] virtual bool is_stale() const { return false; }
  /// To be called while no request is under way. False: there are no others than those of `generation`.
  virtual bool renew(unsigned generation) = 0;
};

/// The questions of AskEach, by number.
class Questions {
 public:
  Questions() = default;
  Questions(const Questions&) = delete;
  Questions& operator=(const Questions&) = delete;
  virtual ~Questions() = default;

  virtual net::HttpRequest question(std::size_t index) = 0;
  /// An answer of any status but a 403 that other credentials may still change. False: the question is to be put again.
  virtual bool answered(std::size_t index, const net::HttpRequest& request, net::HttpAnswer answer) = 0;
  virtual void unanswered(std::size_t index, const std::string& why) = 0;
};

/// Puts many questions to one server, several at once. After a 403 it waits for what is under way, renews the
/// credentials once, and puts the refused questions again. A server that has stopped answering is given up.
class AskEach : private net::HttpBatch {
 public:
  /// `scope`: what is read, for the progress; its name may be learned on the way.
  AskEach(net::HttpClient& client, unsigned window, Credentials& credentials, Context& context, Questions& questions,
          const Scope& scope);

  /// Ends when each of the questions 0 to `count` - 1 is answered or given up. Throws Error{interrupted}.
  void run(std::size_t count);

 private:
  struct Asked {
    unsigned generation = 0;
    unsigned refusals = 0;
  };

  std::optional<net::HttpRequest> next() override;
  void done(net::HttpRequest request, net::HttpResult result) override;
  void settle_refused();
  void show_progress();
  [[nodiscard]] bool gave_up() const;

  net::HttpClient& client_;
  unsigned window_;
  Credentials& credentials_;
  Context& context_;
  Questions& questions_;
  const Scope& scope_;
  std::vector<Asked> asked_;
  std::deque<std::size_t> queue_;
  struct Refusal {
    std::size_t index;
    net::HttpRequest request;
    net::HttpAnswer answer;
  };
  std::vector<Refusal> refused_;
  bool is_first_ = true;  ///< no question was put since the credentials were looked at
  std::size_t finished_ = 0;
  unsigned failures_in_a_row_ = 0;
};

}  // namespace r2i::sources
