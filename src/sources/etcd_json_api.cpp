#include "base/base64.hpp"
#include "base/json_cursor.hpp"
#include "base/json_writer.hpp"
#include "sources/etcd_api.hpp"
#include "sources/json_answer.hpp"

#include <fmt/format.h>

#include <utility>

namespace r2i::sources::etcd {

namespace {

class JsonApi : public Api {
 public:
  explicit JsonApi(std::string address) : address_(std::move(address)) {}

  [[nodiscard]] net::HttpRequest status() const override { return post("maintenance/status", "{}"); }

  [[nodiscard]] net::HttpRequest authenticate(std::string_view user, const Secret& password) const override {
    std::string body = R"({"name":)";
    append_json_string(body, user);
    body += R"(,"password":)";
    append_json_string(body, password.reveal());
    body += '}';
    return post("auth/authenticate", std::move(body));
  }

  [[nodiscard]] net::HttpRequest range(const RangeQuestion& question) const override {
    std::string body = fmt::format(R"({{"key":"{}","range_end":"{}","limit":{})", encode_base64(question.first),
                                   encode_base64(question.end), question.limit);
    if (question.revision != 0) body += fmt::format(R"(,"revision":"{}")", question.revision);
    if (question.serializable) body += R"(,"serializable":true)";
    body += '}';
    return post("kv/range", std::move(body));
  }

  [[nodiscard]] bool asks_for_leader() const override { return false; }
  [[nodiscard]] std::string token_header() const override { return "Authorization"; }

  tl::expected<std::string, std::string> leader(std::string& body) override { return member("leader", body); }
  tl::expected<std::string, std::string> token(std::string& body) override { return member("token", body); }
  tl::expected<Page, std::string> page(std::string& body) override { return parse_json_page(cursor_, body); }
  [[nodiscard]] std::optional<std::string> last_key(std::string_view body) const override {
    return peek_last_json_key(body);
  }

  /// `{"error":…,"code":…,"message":…}`, of which versions leave out one or the other.
  std::string message(std::string body) override {
    std::string text;
    std::string other;
    const auto wrong = read_document(cursor_, body, [&](DocumentReader& reader) {
      reader.object({}, [&](std::string_view key) {
        if (key != "message" && key != "error") return false;
        reader.read(key == "message" ? text : other);
        return true;
      });
    });
    if (wrong) return "";
    return text.empty() ? other : text;
  }

 private:
  [[nodiscard]] net::HttpRequest post(std::string_view path, std::string body) const {
    net::HttpRequest request{fmt::format("{}/{}", address_, path)};
    request.method = net::HttpMethod::post;
    request.body = std::move(body);
    request.content_type = "application/json";
    return request;
  }

  tl::expected<std::string, std::string> member(std::string_view name, std::string& body) {
    std::string value;
    auto wrong = read_document(cursor_, body, [&](DocumentReader& reader) {
      reader.object({}, [&](std::string_view key) {
        if (key != name) return false;
        reader.read(value);
        return true;
      });
    });
    if (wrong) return tl::make_unexpected(std::move(*wrong));
    return value;
  }

  std::string address_;
  JsonCursor cursor_;
};

}  // namespace

std::unique_ptr<Api> make_json_api(std::string address) {
  return std::make_unique<JsonApi>(std::move(address));
}

}  // namespace r2i::sources::etcd
