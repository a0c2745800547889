#include "net/transfer.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "net/grpc.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace r2i::net {
namespace {

constexpr int kMaxHops = 5;
constexpr std::size_t kMostReserved = std::size_t{16} << 20U;

bool has_http2() {
  static const bool has = (curl_version_info(CURLVERSION_NOW)->features & CURL_VERSION_HTTP2) != 0;
  return has;
}

/// libcurl before 8.0 cannot use such a connection again: it switches to HTTP/2 on top of HTTP/2, and fails (its pull
/// request 10643).
bool keeps_plain_http2() {
  constexpr unsigned kMended = 0x080000;
  static const bool keeps = curl_version_info(CURLVERSION_NOW)->version_num >= kMended;
  return keeps;
}

bool is_redirect(long status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/// Whether the redirect leaves it to the client to turn the request into a GET (RFC 9110 §15.4).
bool forgets_method(long status) {
  return status == 301 || status == 302 || status == 303;
}

bool breaks_the_line(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

/// curl's spelling of a header: "Name: value", but "Name;" for an empty value, since "Name:" would take a header away.
std::string header_line(const std::string& name, const std::string& value) {
  return value.empty() ? name + ";" : name + ": " + value;
}

}  // namespace

Transfer::Transfer(const HttpOptions& options, const TlsSetup& tls) : options_(options) {
  set_constant_options(tls);
}

void Transfer::set_constant_options(const TlsSetup& tls) {
  easy_.set<CURLOPT_PRIVATE>(static_cast<void*>(this));
  easy_.set<CURLOPT_WRITEDATA>(static_cast<void*>(this));
  easy_.set<CURLOPT_WRITEFUNCTION>(&Transfer::receive);
  easy_.set<CURLOPT_HEADERDATA>(static_cast<void*>(this));
  easy_.set<CURLOPT_HEADERFUNCTION>(&Transfer::receive_header);
  easy_.set<CURLOPT_ERRORBUFFER>(static_cast<void*>(error_text_.data()));
  easy_.set<CURLOPT_PROTOCOLS_STR>("http,https");
  easy_.set<CURLOPT_FOLLOWLOCATION>(0L);
  easy_.set<CURLOPT_USERAGENT>(options_.user_agent);
  easy_.set<CURLOPT_NOSIGNAL>(1L);
  // A resolver thread cannot be cancelled: without this, giving up a request would wait for the DNS.
  easy_.set<CURLOPT_QUICK_EXIT>(1L);
  // Most answers of registries fit in: they are read in one go. And with a smaller buffer than it reads from the
  // network at once, libcurl 7.88 may sit on the trailers of HTTP/2 until some timer wakes it.
  easy_.set<CURLOPT_BUFFERSIZE>(65536L);
  easy_.set<CURLOPT_CONNECTTIMEOUT_MS>(static_cast<long>(options_.connect_timeout.count()));
  easy_.set<CURLOPT_TIMEOUT_MS>(static_cast<long>(options_.request_timeout.count()));
  if (options_.stall_timeout.count() > 0) {
    easy_.set<CURLOPT_LOW_SPEED_LIMIT>(1L);
    easy_.set<CURLOPT_LOW_SPEED_TIME>(static_cast<long>(options_.stall_timeout.count()));
  }
  if (!options_.basic_user.empty() || !options_.basic_password.empty()) {
    easy_.set<CURLOPT_HTTPAUTH>(static_cast<long>(CURLAUTH_BASIC));
    easy_.set<CURLOPT_USERNAME>(options_.basic_user);
    easy_.set<CURLOPT_PASSWORD>(options_.basic_password.reveal());
  }
  if (!options_.unix_socket.empty()) easy_.set<CURLOPT_UNIX_SOCKET_PATH>(options_.unix_socket);
  if (!options_.proxy.empty()) {
    easy_.set<CURLOPT_PROXY>(options_.proxy);
    easy_.set<CURLOPT_NOPROXY>("");  // NO_PROXY is about the environment's proxy, not about this one
  }
  if (options_.grpc) easy_.set<CURLOPT_HTTPPROXYTUNNEL>(1L);
  tls.apply(easy_);
}

void Transfer::assign(HttpRequest request) {
  for (const auto& [name, value] : request.headers) {
    if (breaks_the_line(value.reveal())) {
      throw Error(ErrorKind::usage, fmt::format("the value for the header {} contains a line break", name));
    }
  }
  request_ = std::move(request);
  attempt_ = 0;
}

void Transfer::start_attempt(bool share) {
  ++attempt_;
  hops_ = 0;
  url_ = request_.url;
  start(share);
}

void Transfer::start_hop(bool share) {
  ++hops_;
  url_ = std::move(*next_url_);
  start(share);
}

void Transfer::start(bool share) {
  next_url_.reset();
  headers_.clear();
  body_.clear();
  too_large_ = false;
  error_text_[0] = '\0';
  if (origin_text_.empty() || origin_text(url_) != origin_text_) enter_origin(url_);
  set_method();
  if (headers_stale_ || header_values_ != request_.headers || content_type_ != request_.content_type) set_headers();
  if (share = share && https_; share != share_) {
    easy_.set<CURLOPT_PIPEWAIT>(share ? 1L : 0L);
    share_ = share;
  }
  easy_.set<CURLOPT_URL>(wire_url());
  // "": whatever this libcurl can decompress. Under any text an answer that comes compressed is unpacked.
  easy_.set<CURLOPT_ACCEPT_ENCODING>(request_.compressed ? "" : "identity");
}

void Transfer::enter_origin(const std::string& url) {
  const auto origin = origin_of(url);
  origin_text_ = origin_text(url);
  where_ = origin ? origin->authority() : "the server";
  https_ = origin && origin->scheme == "https";
  // Without TLS, HTTP/2 would need an upgrade that no registry offers, or that both know they speak it.
  const auto plain = options_.grpc ? CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE : CURL_HTTP_VERSION_1_1;
  const auto version = https_ ? CURL_HTTP_VERSION_2TLS : plain;
  easy_.set<CURLOPT_HTTP_VERSION>(static_cast<long>(has_http2() ? version : CURL_HTTP_VERSION_1_1));
  easy_.set<CURLOPT_FORBID_REUSE>(options_.grpc && !https_ && !keeps_plain_http2() ? 1L : 0L);
  if (options_.proxy.empty()) {
    const bool local = !options_.unix_socket.empty() || (origin && origin->is_loopback());
    easy_.set<CURLOPT_PROXY>(local ? "" : nullptr);
  }
  // libcurl has no option for the name to verify: the URL gets that name, and the connection is led to the real host.
  renamed_ = https_ && !options_.tls_server_name.empty();
  Slist connect_to;
  if (renamed_) connect_to.append("::" + where_);
  easy_.set<CURLOPT_CONNECT_TO>(connect_to);
  connect_to_ = std::move(connect_to);
  host_header_ = renamed_ ? "Host: " + origin_text_.substr(origin_text_.find("://") + 3) : "";
  headers_stale_ = true;
}

void Transfer::set_method() {
  const HttpMethod before = std::exchange(method_, request_.method);
  if (before != method_) headers_stale_ = true;
  if (method_ == HttpMethod::get) {
    if (before == HttpMethod::get) return;
    easy_.set<CURLOPT_CUSTOMREQUEST>(nullptr);
    easy_.set<CURLOPT_POSTFIELDS>(static_cast<void*>(nullptr));
    easy_.set<CURLOPT_HTTPGET>(1L);  // last: the fields would make it a POST again
    return;
  }
  easy_.set<CURLOPT_POST>(1L);
  easy_.set<CURLOPT_POSTFIELDSIZE>(static_cast<long>(request_.body.size()));
  // libcurl reads the request's own bytes, and from their beginning where it has to send them again.
  easy_.set<CURLOPT_POSTFIELDS>(static_cast<void*>(request_.body.data()));
  easy_.set<CURLOPT_CUSTOMREQUEST>(std::string(to_string(method_)));
}

void Transfer::set_headers() {
  Slist lines;
  if (renamed_) lines.append(host_header_);
  if (request_.method != HttpMethod::get) {
    // libcurl would say that the body is a form, and would ask for leave before a large one, which costs a round trip.
    lines.append(request_.content_type.empty() ? "Content-Type:" : "Content-Type: " + request_.content_type);
    lines.append("Expect:");
  }
  for (const auto& [name, value] : request_.headers) lines.append(header_line(name, value.reveal()));
  easy_.set<CURLOPT_HTTPHEADER>(lines);
  header_lines_ = std::move(lines);
  header_values_ = request_.headers;
  content_type_ = request_.content_type;
  headers_stale_ = false;
}

std::string Transfer::wire_url() const {
  if (!renamed_) return url_;
  const auto port = where_.substr(where_.rfind(':'));
  return fmt::format("https://{}{}{}", options_.tls_server_name, port,
                     std::string_view(url_).substr(origin_text_.size()));
}

std::size_t Transfer::receive(char* bytes, std::size_t size, std::size_t count, void* self) noexcept {
  Transfer& transfer = *static_cast<Transfer*>(self);
  const std::size_t length = size * count;
  if (length > transfer.options_.max_answer_bytes - transfer.body_.size()) {
    transfer.too_large_ = true;
    return CURL_WRITEFUNC_ERROR;
  }
  try {
    if (transfer.body_.empty()) transfer.reserve_body(length);
    transfer.body_.append(bytes, length);
    return length;
  } catch (...) {
    transfer.thrown_ = std::current_exception();
    return CURL_WRITEFUNC_ERROR;
  }
}

std::size_t Transfer::receive_header(char* bytes, std::size_t size, std::size_t count, void* self) noexcept {
  Transfer& transfer = *static_cast<Transfer*>(self);
  try {
    transfer.take_header({bytes, size * count});
    return size * count;
  } catch (...) {
    transfer.thrown_ = std::current_exception();
    return size * count == 0 ? 1 : 0;
  }
}

/// libcurl hands over the lines of every answer, and asking it for them afterwards takes a search for each.
void Transfer::take_header(std::string_view line) {
  if (line.starts_with("HTTP/")) {  // what a proxy answered, or "100 Continue", is none of the answer's
    headers_.clear();
    in_headers_ = true;
    return;
  }
  const bool is_folded = line.starts_with(' ') || line.starts_with('\t');
  line = trim(line);
  if (line.empty()) in_headers_ = options_.grpc;  // behind it only trailers can come, in which gRPC has its status
  if (!in_headers_) return;
  const auto colon = line.find(':');
  if (is_folded && !headers_.empty()) {
    headers_.fold(line);
  } else if (colon != std::string_view::npos) {
    headers_.add(trim(line.substr(0, colon)), trim(line.substr(colon + 1)));
  }
}

/// Makes room for a large body at once; growing would copy it again and again. What the server announces is only
/// believed up to a bound. Where it announces nothing, the body before, often one of the same kind, is the best guess.
void Transfer::reserve_body(std::size_t first_length) {
  const auto announced = easy_.amount<CURLINFO_CONTENT_LENGTH_DOWNLOAD_T>();
  const std::size_t expected = announced < 0 ? last_length_ + last_length_ / 8 : static_cast<std::size_t>(announced);
  if (expected > first_length) body_.reserve(std::min({expected, kMostReserved, options_.max_answer_bytes}));
}

std::variant<HttpAnswer, Problem> Transfer::finish(CURLcode code) {
  if (thrown_) std::rethrow_exception(std::exchange(thrown_, nullptr));
  if (code != CURLE_OK) body_ = {};  // the memory, too
  if (too_large_) {
    return Problem{HttpFailure::Kind::too_large,
                   fmt::format("the answer of {} is larger than {}", where_, readable_size(options_.max_answer_bytes)),
                   Outcome::done};
  }
  if (code != CURLE_OK) {
    return describe({.easy = easy_, .code = code, .curl_text = error_text_.data(), .where = where_}, options_);
  }
  const long status = easy_.number<CURLINFO_RESPONSE_CODE>();
  if (is_redirect(status)) {
    if (auto problem = plan_hop(status)) return *std::move(problem);
  }
  if (options_.grpc) return open_grpc(answer(status), where_);
  return answer(status);
}

std::optional<Problem> Transfer::plan_hop(long status) {
  curl_header* location = nullptr;
  if (curl_easy_header(easy_.get(), "location", 0, CURLH_HEADER, -1, &location) != CURLHE_OK) return std::nullopt;
  const auto refuse = [&](std::string message) {
    return Problem{HttpFailure::Kind::redirect, std::move(message), Outcome::done};
  };
  const auto target = resolve_location(url_, location->value);
  const auto origin = target ? origin_of(*target) : std::nullopt;
  if (!origin) return refuse(fmt::format("{} redirects ({}) to what is not an address", where_, status));
  if (origin != origin_of(url_)) {
    return refuse(
        fmt::format("{} redirects to {}, and redirects are followed within one origin only: "
                    "give that address instead if it is the right one",
                    where_, origin->display()));
  }
  if (request_.method != HttpMethod::get && forgets_method(status)) {
    return refuse(fmt::format("{} redirects a {} ({}): give the address that it redirects to instead", where_,
                              to_string(request_.method), status));
  }
  if (hops_ >= kMaxHops) return refuse(fmt::format("{} redirects more than {} times", where_, kMaxHops));
  next_url_ = target;
  return std::nullopt;
}

HttpAnswer Transfer::answer(long status) {
  last_length_ = body_.size();
  HttpAnswer answer{.status = status, .headers = std::move(headers_), .body = std::move(body_), .attempts = attempt_};
  headers_.clear();
  body_.clear();
  return answer;
}

bool Transfer::is_https_without_multiplexing() const {
  const long version = https_ ? easy_.number<CURLINFO_HTTP_VERSION>() : 0L;
  return version == CURL_HTTP_VERSION_1_0 || version == CURL_HTTP_VERSION_1_1;
}

}  // namespace r2i::net
