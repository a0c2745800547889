#include "sources/zookeeper_session.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <netdb.h>
#include <string_view>
#include <utility>
#include <zookeeper/zookeeper.h>

namespace r2i::sources::zookeeper {

namespace {

using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::milliseconds;

/// What the library has to say of its connection it says to its log alone, which knows no handle. There is one session
/// at a time.
class Log {
 public:
  static void take(const char* message) {
    const std::lock_guard lock(mutex());
    ++count();
    text() = message == nullptr ? "" : message;
  }
  static void clear() {
    const std::lock_guard lock(mutex());
    count() = 0;
    text().clear();
  }
  static std::size_t errors() {
    const std::lock_guard lock(mutex());
    return count();
  }
  /// `Socket 127.0.0.1:2181 zk retcode=-4, errno=111(Connection refused): server refused to accept the client`, behind
  /// the time and the place in the library.
  static std::string words() {
    const std::lock_guard lock(mutex());
    std::string_view line = trim(text());
    if (const auto place = line.find(": Socket "); place != std::string_view::npos) {
      line.remove_prefix(place + 9);
      const auto socket = line.substr(0, line.find(' '));
      const auto open = line.find("errno=");
      const auto from = line.find('(', open == std::string_view::npos ? 0 : open);
      const auto to = line.find("): ", from == std::string_view::npos ? 0 : from);
      if (from != std::string_view::npos && to != std::string_view::npos) {
        const auto error = line.substr(open, from - open);
        if (error == "errno=111") return fmt::format("connection refused by {}", socket);
        // The library's word for an end without an error.
        if (error == "errno=112") return "the server ended the connection";
        return fmt::format("{} ({})", line.substr(to + 3), line.substr(from + 1, to - from - 1));
      }
    }
    const auto level = line.find(":ZOO_");
    const auto end = level == std::string_view::npos ? level : line.find(": ", level);
    return std::string(end == std::string_view::npos ? line : line.substr(end + 2));
  }

 private:
  static std::mutex& mutex() {
    static std::mutex one;
    return one;
  }
  static std::size_t& count() {
    static std::size_t one = 0;
    return one;
  }
  static std::string& text() {
    static std::string one;
    return one;
  }
};

/// How many addresses the host has, each of which the library tries; 0: none can be found.
std::size_t count_addresses(const Server& server) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(server.host.c_str(), nullptr, &hints, &found) != 0) return 0;
  std::size_t count = 0;
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) ++count;
  freeaddrinfo(found);
  return count;
}

struct Done {
  NodeRequest request;
  int rc = ZOK;
  NodeAnswer answer;
};

/// What the library's threads and ours have in common.
struct Mailbox {
  std::mutex mutex;
  std::condition_variable_any news;
  std::vector<Done> done;
  int state = 0;
  std::optional<int> settled;  ///< the outcome of a request that has no path: sync, authentication

  void put(Done one) {
    const std::lock_guard lock(mutex);
    done.push_back(std::move(one));
    news.notify_one();
  }
};

/// A request on its way; the library calls back once for each, at the latest when the handle is closed.
struct Slot {
  Mailbox& mailbox;
  NodeRequest request;
};

/// The library does not look whether an answer has all of its parts, and takes one that is cut for a good one.
int outcome(int rc, bool whole) {
  return rc == ZOK && !whole ? static_cast<int>(ZMARSHALLINGERROR) : rc;
}

void on_children(int rc, const String_vector* names, const Stat* stat, const void* data) {
  const std::unique_ptr<Slot> slot(static_cast<Slot*>(const_cast<void*>(data)));
  const bool whole = names != nullptr && stat != nullptr && stat->numChildren == names->count;
  Done one{std::move(slot->request), outcome(rc, whole), {}};
  if (one.rc == ZOK) {
    one.answer.children.assign(names->data, names->data + names->count);
    one.answer.child_count = stat->numChildren;
  }
  slot->mailbox.put(std::move(one));
}

void on_data(int rc, const char* value, int length, const Stat* stat, const void* data) {
  const std::unique_ptr<Slot> slot(static_cast<Slot*>(const_cast<void*>(data)));
  // A node without any data at all has the length -1.
  const bool whole = stat != nullptr && stat->dataLength == std::max(length, 0) && stat->numChildren >= 0;
  Done one{std::move(slot->request), outcome(rc, whole), {}};
  if (one.rc == ZOK) {
    if (length > 0) one.answer.data.assign(value, static_cast<std::size_t>(length));
    one.answer.child_count = stat->numChildren;
  }
  slot->mailbox.put(std::move(one));
}

void settle(int rc, const void* data) {
  auto& mailbox = *static_cast<Mailbox*>(const_cast<void*>(data));
  const std::lock_guard lock(mailbox.mutex);
  mailbox.settled = rc;
  mailbox.news.notify_one();
}

void on_sync(int rc, const char* /*path*/, const void* data) {
  settle(rc, data);
}

void on_event(zhandle_t* /*handle*/, int type, int state, const char* /*path*/, void* context) {
  if (type != ZOO_SESSION_EVENT) return;
  auto& mailbox = *static_cast<Mailbox*>(context);
  const std::lock_guard lock(mailbox.mutex);
  mailbox.state = state;
  mailbox.news.notify_one();
}

/// Whether the outcome of a request says that the session is of no use any more.
bool breaks_session(int rc) {
  constexpr std::array<int, 13> kBroken = {ZSYSTEMERROR,
                                           ZRUNTIMEINCONSISTENCY,
                                           ZDATAINCONSISTENCY,
                                           ZCONNECTIONLOSS,
                                           ZMARSHALLINGERROR,
                                           ZOPERATIONTIMEOUT,
                                           ZINVALIDSTATE,
                                           ZSESSIONEXPIRED,
                                           ZAUTHFAILED,
                                           ZCLOSING,
                                           ZSESSIONMOVED,
                                           ZTHROTTLEDOP,
                                           ZSESSIONCLOSEDREQUIRESASLAUTH};
  return std::ranges::find(kBroken, rc) != kBroken.end();
}

}  // namespace

class Session::Connection {
 public:
  Connection(const Options& options, const Server& server, Context& context)
      : options_(options), server_(server), context_(context) {}
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() {
    if (handle_ != nullptr) zookeeper_close(handle_);
  }

  tl::expected<void, Broken> open(const Secret& password) {
    if (auto connected = connect(); !connected) return connected;
    if (!options_.username.empty()) {
      // The library keeps a copy.
      const std::string who = fmt::format("{}:{}", options_.username, password.reveal());
      const int rc = zoo_add_auth(handle_, "digest", who.data(), static_cast<int>(who.size()), settle, &mailbox_);
      if (auto done = await_settled(rc, "it does not take the user"); !done) return done;
    }
    const std::string root = options_.roots.front().path.empty() ? "/" : options_.roots.front().path;
    const int rc = zoo_async(handle_, root.c_str(), on_sync, &mailbox_);
    return await_settled(rc, "it cannot catch up with its leader");
  }

  tl::expected<void, Broken> run(NodeBatch& batch) {
    std::size_t in_flight = 0;
    const auto fill = [&]() -> tl::expected<void, Broken> {
      while (in_flight < options_.window) {
        auto request = batch.next();
        if (!request) break;
        if (const int rc = send(std::move(*request)); rc != ZOK) return tl::make_unexpected(lost(rc));
        ++in_flight;
      }
      return {};
    };
    if (auto sent = fill(); !sent) return sent;
    while (in_flight > 0) {
      auto answers = take();
      if (!answers) return tl::make_unexpected(std::move(answers.error()));
      for (Done& one : *answers) {
        --in_flight;
        if (breaks_session(one.rc)) return tl::make_unexpected(lost(one.rc));
        batch.done(std::move(one.request), result_of(one));
        // The server is not to wait until all of them are read.
        if (auto sent = fill(); !sent) return sent;
      }
    }
    return {};
  }

 private:
  using Lock = std::unique_lock<std::mutex>;

  tl::expected<void, Broken> connect() {
    constexpr Milliseconds kShortest{4000};
    constexpr Milliseconds kUsual{30000};
    constexpr Milliseconds kLongest{60000};
    const Milliseconds given = options_.request_timeout.count() == 0 ? kUsual : options_.request_timeout;
    const auto session = static_cast<int>(std::clamp(given, kShortest, kLongest).count());
    const std::size_t addresses = count_addresses(server_);
    if (addresses == 0) return unreachable("no address can be found for this host");
    Log::clear();
    zoo_set_debug_level(ZOO_LOG_LEVEL_ERROR);
    zoo_deterministic_conn_order(1);
    // IPv6 without brackets: the port stands behind the last colon.
    const std::string where = fmt::format("{}:{}{}", server_.host, server_.port, options_.chroot);
    handle_ = zookeeper_init2(where.c_str(), on_event, session, nullptr, &mailbox_, ZOO_NO_LOG_CLIENTENV, &Log::take);
    if (handle_ == nullptr) return unreachable(Log::words());
    // The library never gives up, and may try again without a pause.
    constexpr Milliseconds kGlance{20};
    const auto start = Clock::now();
    Lock lock(mailbox_.mutex);
    while (mailbox_.state != ZOO_CONNECTED_STATE) {
      mailbox_.news.wait_for(lock, context_.stop, kGlance, [&] { return mailbox_.state == ZOO_CONNECTED_STATE; });
      context_.check_interrupt();
      if (mailbox_.state == ZOO_CONNECTED_STATE) break;
      if (Log::errors() >= addresses) return unreachable(Log::words());
      if (Clock::now() - start >= given) return unreachable(fmt::format("no connection within {}", shown(given)));
    }
    return {};
  }

  int send(NodeRequest request) {
    auto slot = std::make_unique<Slot>(Slot{mailbox_, std::move(request)});
    const std::string& path = slot->request.path;
    const int rc = slot->request.ask == NodeRequest::Ask::children
                       ? zoo_aget_children2(handle_, path.c_str(), 0, on_children, slot.get())
                       : zoo_aget(handle_, path.c_str(), 0, on_data, slot.get());
    if (rc == ZOK) {
      (void)slot.release();
    } else if (rc == ZBADARGUMENTS) {
      // A name that no ZooKeeper would have.
      mailbox_.put({std::move(slot->request), rc, {}});
      return ZOK;
    }
    return rc;
  }

  /// The answers that have come; waits for the first of them.
  tl::expected<std::vector<Done>, Broken> take() {
    Lock lock(mailbox_.mutex);
    const auto here = [&] { return !mailbox_.done.empty(); };
    const bool came = wait(lock, here);
    context_.check_interrupt();
    if (!came) return tl::make_unexpected(silent());
    return std::exchange(mailbox_.done, {});
  }

  tl::expected<void, Broken> await_settled(int rc, std::string_view meaning) {
    Lock lock(mailbox_.mutex);
    if (rc == ZOK) {
      const bool came = wait(lock, [&] { return mailbox_.settled.has_value(); });
      context_.check_interrupt();
      if (!came) return tl::make_unexpected(silent());
      rc = *std::exchange(mailbox_.settled, std::nullopt);
    }
    if (rc == ZOK) return {};
    Broken broken = lost(rc);
    broken.fault.code = Code::source_unreachable;
    broken.fault.why = fmt::format("{}: {}: {}", server_.display, meaning, zerror(rc));
    return tl::make_unexpected(std::move(broken));
  }

  template <typename Here>
  bool wait(Lock& lock, Here here) {
    if (options_.request_timeout.count() == 0) return mailbox_.news.wait(lock, context_.stop, here);
    return mailbox_.news.wait_for(lock, context_.stop, options_.request_timeout, here);
  }

  static NodeResult result_of(Done& one) {
    using Kind = NodeFailure::Kind;
    if (one.rc == ZOK) return std::move(one.answer);
    const Kind kind = one.rc == ZNONODE ? Kind::gone : one.rc == ZNOAUTH ? Kind::denied : Kind::failed;
    return tl::make_unexpected(NodeFailure{kind, zerror(one.rc)});
  }

  tl::expected<void, Broken> unreachable(const std::string& why) const {
    return tl::make_unexpected(Broken{{Code::source_unreachable, fmt::format("{}: {}", server_.display, why)}});
  }

  [[nodiscard]] Broken silent() const {
    return {
        {Code::session_lost, fmt::format("{}: no answer within {}", server_.display, shown(options_.request_timeout))}};
  }

  [[nodiscard]] Broken lost(int rc) const {
    const bool connection = rc == ZCONNECTIONLOSS || rc == ZCLOSING || rc == ZINVALIDSTATE || rc == ZOPERATIONTIMEOUT;
    std::string why = rc == ZMARSHALLINGERROR ? "the answer is not what the protocol promises" : zerror(rc);
    if (connection && Log::errors() > 0) why = Log::words();
    return {{Code::session_lost, fmt::format("{}: {}", server_.display, why)}, rc != ZAUTHFAILED};
  }

  static std::string shown(Milliseconds time) {
    constexpr Milliseconds::rep kSecond = 1000;
    return time.count() % kSecond == 0 ? fmt::format("{}s", time.count() / kSecond) : fmt::format("{}ms", time.count());
  }

  const Options& options_;
  const Server& server_;
  Context& context_;
  Mailbox mailbox_;
  zhandle_t* handle_ = nullptr;
};

Session::Session(const Options& options, const Server& server, Context& context)
    : connection_(std::make_unique<Connection>(options, server, context)) {}

Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;
Session::~Session() = default;

tl::expected<void, Broken> Session::open(const Secret& password) {
  return connection_->open(password);
}

tl::expected<void, Broken> Session::run(NodeBatch& batch) {
  return connection_->run(batch);
}

}  // namespace r2i::sources::zookeeper
