#include "support/loopback_server.hpp"

#include <algorithm>
#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdexcept>
#include <strings.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace r2i::testing {
namespace {

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

const sockaddr* generic(const void* address) {
  return static_cast<const sockaddr*>(address);
}

int listen_on_port(std::uint16_t& port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  if (fd < 0 || ::bind(fd, generic(&address), length) != 0 || ::listen(fd, 128) != 0) fail("listen");
  void* const place = &address;
  if (::getsockname(fd, static_cast<sockaddr*>(place), &length) != 0) fail("getsockname");
  port = ntohs(address.sin_port);
  return fd;
}

int listen_on_path(const std::string& path) {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) throw std::runtime_error("the path of the socket is too long");
  std::ranges::copy(path, address.sun_path);
  if (fd < 0 || ::bind(fd, generic(&address), sizeof address) != 0 || ::listen(fd, 128) != 0) fail("listen");
  return fd;
}

bool send_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

/// The next request's head off `buffer`, which keeps what was read beyond it; empty at the end of the connection.
std::string read_head(int fd, std::string& buffer) {
  char block[4096];
  while (true) {
    if (const auto end = buffer.find("\r\n\r\n"); end != std::string::npos) {
      std::string head = buffer.substr(0, end + 2);
      buffer.erase(0, end + 4);
      return head;
    }
    const auto got = ::recv(fd, block, sizeof block, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return {};
    buffer.append(block, static_cast<std::size_t>(got));
  }
}

/// The next `length` bytes off `buffer`; fewer at the end of the connection.
std::string read_body(int fd, std::string& buffer, std::size_t length) {
  char block[4096];
  while (buffer.size() < length) {
    const auto got = ::recv(fd, block, sizeof block, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    buffer.append(block, static_cast<std::size_t>(got));
  }
  std::string body = buffer.substr(0, length);
  buffer.erase(0, body.size());
  return body;
}

/// Whether the peer has closed, waiting for that at most `milliseconds` (-1: however long).
bool has_gone(int fd, int milliseconds) {
  pollfd poller{.fd = fd, .events = POLLIN, .revents = 0};
  if (::poll(&poller, 1, milliseconds) <= 0) return false;
  char byte = 0;
  return ::recv(fd, &byte, 1, 0) <= 0;
}

}  // namespace

std::string ServerRequest::header(std::string_view name) const {
  std::string_view rest = head;
  while (!rest.empty()) {
    const auto end = rest.find("\r\n");
    const auto line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 2);
    if (line.size() <= name.size() || line[name.size()] != ':') continue;
    if (::strncasecmp(line.data(), name.data(), name.size()) != 0) continue;
    const auto value = line.find_first_not_of(' ', name.size() + 1);
    return std::string(value == std::string_view::npos ? "" : line.substr(value));
  }
  return {};
}

ServerReply reply(int status, std::string_view body, std::string_view more_headers) {
  std::string bytes =
      "HTTP/1.1 " + std::to_string(status) + " -\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  bytes.append(more_headers).append("\r\n").append(body);
  return {std::move(bytes), ServerReply::Then::keep};
}

LoopbackServer::LoopbackServer(Handler handler, const std::string& unix_path) : handler_(std::move(handler)) {
  listener_ = unix_path.empty() ? listen_on_port(port_) : listen_on_path(unix_path);
  acceptor_ = std::thread([this] { accept_all(); });
}

LoopbackServer::~LoopbackServer() {
  stopping_ = true;
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  {
    const std::lock_guard lock(mutex_);
    for (const Connection& connection : open_) {
      if (connection.fd >= 0) ::shutdown(connection.fd, SHUT_RDWR);
    }
  }
  for (Connection& connection : open_) connection.thread.join();
  ::close(listener_);
}

std::string LoopbackServer::url(std::string_view target) const {
  return "http://127.0.0.1:" + std::to_string(port_) + std::string(target);
}

void LoopbackServer::accept_all() {
  while (!stopping_) {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) continue;
    const int one = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    const std::lock_guard lock(mutex_);
    Connection& connection = open_.emplace_back();
    connection.fd = fd;
    connection.number = ++connections_;
    connection.thread = std::thread([this, &connection] { serve(connection); });
  }
}

void LoopbackServer::serve(Connection& connection) {
  int fd = -1;
  int number = 0;
  {
    const std::lock_guard lock(mutex_);
    fd = connection.fd;
    number = connection.number;
  }
  std::string buffer;
  bool reset = false;
  while (!stopping_) {
    ServerRequest request{.target = {}, .head = read_head(fd, buffer), .body = {}, .number = 0, .connection = number};
    if (request.head.empty()) break;
    if (const std::string length = request.header("content-length"); !length.empty()) {
      request.body = read_body(fd, buffer, std::stoul(length));
    }
    const auto begin = request.head.find(' ') + 1;
    request.target = request.head.substr(begin, request.head.find(' ', begin) - begin);
    request.number = ++requests_;
    const ServerReply reply = handler_(request);
    if (send_all(fd, reply.bytes) && follow_up(fd, reply)) continue;
    reset = reply.then == ServerReply::Then::reset;
    break;
  }
  close(connection, reset);
}

/// Whether the connection is to be kept.
bool LoopbackServer::follow_up(int fd, const ServerReply& reply) {
  switch (reply.then) {
    case ServerReply::Then::keep:
      return true;
    case ServerReply::Then::silence:
      while (!has_gone(fd, -1)) continue;
      return false;
    case ServerReply::Then::trickle:
      while (!has_gone(fd, 10) && send_all(fd, "x")) continue;
      return false;
    default:
      return false;
  }
}

void LoopbackServer::close(Connection& connection, bool reset) {
  const std::lock_guard lock(mutex_);
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  if (reset) ::setsockopt(connection.fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ::close(std::exchange(connection.fd, -1));
}

}  // namespace r2i::testing
