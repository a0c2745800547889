#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace r2i::testing {

/// What a client sent.
struct ServerRequest {
  std::string target;  ///< path and query
  std::string head;    ///< the request line and the headers as they came
  std::string body;    ///< as long as Content-Length says
  int number;          ///< counts all requests of the server, from 1
  int connection;      ///< which connection it came on, from 1

  [[nodiscard]] std::string method() const { return head.substr(0, head.find(' ')); }
  /// The value of a header (name in any case), or empty.
  [[nodiscard]] std::string header(std::string_view name) const;
};

/// The bytes to send, and what to do with the connection then.
struct ServerReply {
  enum class Then {
    keep,     ///< wait for the next request
    close,    ///< close it in good order
    reset,    ///< reset it: the client's reads and writes fail
    silence,  ///< keep it open without a word until the client goes
    trickle,  ///< send a byte now and then until the client goes
  };
  std::string bytes;
  Then then = Then::keep;
};

/// A whole HTTP answer. `more_headers` are lines that end with CRLF.
ServerReply reply(int status, std::string_view body, std::string_view more_headers = {});

/// An HTTP server on a free port of 127.0.0.1, or on a unix socket, with a thread per connection. The handler is called
/// on these threads, at the same time for several connections; it may block.
class LoopbackServer {
 public:
  using Handler = std::function<ServerReply(const ServerRequest&)>;

  /// Throws std::runtime_error if it cannot listen. `unix_path` is the path of the socket to make, or empty.
  explicit LoopbackServer(Handler handler, const std::string& unix_path = {});
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;
  /// Ends all connections and waits for their handlers.
  ~LoopbackServer();

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  /// "http://127.0.0.1:port" and then `target`.
  [[nodiscard]] std::string url(std::string_view target) const;
  [[nodiscard]] int requests() const noexcept { return requests_; }
  [[nodiscard]] int connections() const noexcept { return connections_; }

 private:
  struct Connection {
    int fd = -1;
    int number = 0;
    std::thread thread;
  };

  void accept_all();
  void serve(Connection& connection);
  bool follow_up(int fd, const ServerReply& reply);
  void close(Connection& connection, bool reset);

  Handler handler_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> stopping_ = false;
  std::atomic<int> requests_ = 0;
  std::atomic<int> connections_ = 0;
  std::mutex mutex_;  ///< guards the list, and each `fd` against its end
  std::list<Connection> open_;
  std::thread acceptor_;
};

}  // namespace r2i::testing
