#include "net/grpc.hpp"
#include "sources/etcd_api.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <protozero/pbf_builder.hpp>
#include <protozero/pbf_message.hpp>
#include <utility>

namespace r2i::sources::etcd {

namespace {

// The numbers of the fields: api/etcdserverpb/rpc.proto and api/mvccpb/kv.proto of etcd.
enum class RangeField : protozero::pbf_tag_type { key = 1, range_end = 2, limit = 3, revision = 4, serializable = 7 };
enum class PageField : protozero::pbf_tag_type { header = 1, kvs = 2, more = 3, count = 4 };
enum class HeaderField : protozero::pbf_tag_type { cluster_id = 1, revision = 3 };
enum class KeyField : protozero::pbf_tag_type { key = 1, value = 5 };
enum class LogInField : protozero::pbf_tag_type { name = 1, password = 2 };
enum class LogInAnswerField : protozero::pbf_tag_type { token = 2 };
enum class StatusField : protozero::pbf_tag_type { leader = 4 };

using Type = protozero::pbf_wire_type;

template <typename Field>
using Builder = protozero::pbf_builder<Field>;

std::string_view text_of(const protozero::data_view& view) {
  return {view.data(), view.size()};
}

/// Calls `take` for each field, with what identifies it; it reads the value, or says that it does not want it.
template <typename Field, typename Take>
void each_field(std::string_view bytes, Take take) {
  protozero::pbf_message<Field> message(bytes.data(), bytes.size());
  while (message.next()) {
    if (!take(message, message.tag_and_type())) message.skip();
  }
}

template <typename Field>
constexpr std::uint32_t field(Field number, Type type) {
  return protozero::tag_and_type(number, type);
}

/// The value of the only field of a message that is wanted.
template <typename Field, typename Value, typename Read>
Value read_one(std::string_view bytes, std::uint32_t wanted, Read read) {
  Value value{};
  each_field<Field>(bytes, [&](auto& message, std::uint32_t id) {
    if (id != wanted) return false;
    value = read(message);
    return true;
  });
  return value;
}

void read_header(std::string_view bytes, Page& page) {
  each_field<HeaderField>(bytes, [&](auto& message, std::uint32_t id) {
    if (id == field(HeaderField::cluster_id, Type::varint)) {
      page.cluster = fmt::format("{}", message.get_uint64());
    } else if (id == field(HeaderField::revision, Type::varint)) {
      page.revision = message.get_uint64();
    } else {
      return false;
    }
    return true;
  });
}

void read_key(std::string_view bytes, Page& page) {
  auto& [name, value] = page.keys.emplace_back();
  each_field<KeyField>(bytes, [&](auto& message, std::uint32_t id) {
    if (id == field(KeyField::key, Type::length_delimited)) {
      name = text_of(message.get_view());
    } else if (id == field(KeyField::value, Type::length_delimited)) {
      value = text_of(message.get_view());
    } else {
      return false;
    }
    return true;
  });
}

Page read_page(std::string_view bytes) {
  Page page;
  each_field<PageField>(bytes, [&](auto& message, std::uint32_t id) {
    if (id == field(PageField::header, Type::length_delimited)) {
      read_header(text_of(message.get_view()), page);
    } else if (id == field(PageField::kvs, Type::length_delimited)) {
      read_key(text_of(message.get_view()), page);
    } else if (id == field(PageField::more, Type::varint)) {
      page.more = message.get_bool();
    } else if (id == field(PageField::count, Type::varint)) {
      page.count = message.get_uint64();
    } else {
      return false;
    }
    return true;
  });
  return page;
}

tl::unexpected<std::string> not_as_promised(std::string_view why) {
  return tl::make_unexpected(fmt::format("the answer is not what the API promises: {}", why));
}

/// What `read` reads, or what is wrong with the bytes.
template <typename Read>
auto decoded(Read read) -> tl::expected<decltype(read()), std::string> {
  try {
    return read();
  } catch (const protozero::exception& problem) {
    return not_as_promised(problem.what());
  }
}

class GrpcApi : public Api {
 public:
  explicit GrpcApi(std::string address) : address_(std::move(address)) {}

  [[nodiscard]] net::HttpRequest status() const override { return call("Maintenance/Status", ""); }

  [[nodiscard]] net::HttpRequest authenticate(std::string_view user, const Secret& password) const override {
    std::string message;
    Builder<LogInField> builder(message);
    builder.add_string(LogInField::name, user.data(), user.size());
    builder.add_string(LogInField::password, password.reveal());
    return call("Auth/Authenticate", message);
  }

  [[nodiscard]] net::HttpRequest range(const RangeQuestion& question) const override {
    std::string message;
    Builder<RangeField> builder(message);
    builder.add_bytes(RangeField::key, question.first.data(), question.first.size());
    builder.add_bytes(RangeField::range_end, question.end.data(), question.end.size());
    builder.add_uint64(RangeField::limit, question.limit);
    if (question.revision != 0) builder.add_uint64(RangeField::revision, question.revision);
    if (question.serializable) builder.add_bool(RangeField::serializable, true);
    net::HttpRequest request = call("KV/Range", message);
    // Of api/v3rpc/rpctypes/md.go.
    if (question.serializable) request.headers.emplace_back("hasleader", Secret("true"));
    return request;
  }

  [[nodiscard]] bool asks_for_leader() const override { return true; }
  [[nodiscard]] std::string token_header() const override { return "token"; }

  tl::expected<std::string, std::string> leader(std::string& body) override {
    return decoded([&] {
      return fmt::format("{}",
                         read_one<StatusField, std::uint64_t>(body, field(StatusField::leader, Type::varint),
                                                              [](auto& message) { return message.get_uint64(); }));
    });
  }

  tl::expected<std::string, std::string> token(std::string& body) override {
    return decoded([&] {
      return read_one<LogInAnswerField, std::string>(body, field(LogInAnswerField::token, Type::length_delimited),
                                                     [](auto& message) { return message.get_string(); });
    });
  }

  tl::expected<Page, std::string> page(std::string& body) override {
    auto page = decoded([&] { return read_page(body); });
    if (!page) return page;
    if (page->revision == 0) return not_as_promised("it has no revision");
    if (std::ranges::any_of(page->keys, [](const auto& one) { return one.first.empty(); }))
      return not_as_promised("a key is missing");
    return page;
  }

  [[nodiscard]] std::optional<std::string> last_key(std::string_view body) const override {
    std::string_view last;
    bool more = false;
    const auto read = decoded([&] {
      each_field<PageField>(body, [&](auto& message, std::uint32_t id) {
        if (id == field(PageField::kvs, Type::length_delimited)) {
          last = text_of(message.get_view());
        } else if (id == field(PageField::more, Type::varint)) {
          more = message.get_bool();
        } else {
          return false;
        }
        return true;
      });
      return read_one<KeyField, std::string>(last, field(KeyField::key, Type::length_delimited),
                                             [](auto& message) { return message.get_string(); });
    });
    return read && more && !read->empty() ? std::optional(*read) : std::nullopt;
  }

  std::string message(std::string body) override { return body; }

 private:
  [[nodiscard]] net::HttpRequest call(std::string_view method, std::string_view message) const {
    return net::grpc_call(fmt::format("{}/etcdserverpb.{}", address_, method), message);
  }

  std::string address_;
};

}  // namespace

std::unique_ptr<Api> make_grpc_api(std::string address) {
  return std::make_unique<GrpcApi>(std::move(address));
}

}  // namespace r2i::sources::etcd
