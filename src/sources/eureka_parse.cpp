#include "sources/eureka_parse.hpp"

#include "base/discard.hpp"
#include "base/json_cursor.hpp"
#include "base/text.hpp"
#include "sources/eureka_cut.hpp"
#include "sources/eureka_entry.hpp"
#include "sources/json_answer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <span>
#include <utility>

namespace r2i::sources::eureka {

namespace {

using Type = JsonCursor::Type;

/// Reads an answer, whose skeleton says which of its parts are applications.
class AnswerReader {
 public:
  AnswerReader(std::string body, const Reading& reading)
      : body_(std::move(body)), cut_(cut_applications(body_)), reading_(reading) {}

  tl::expected<Answer, std::string> read() {
    DocumentReader reader(outer_);
    if (outer_.open(cut_.skeleton)) read_root(reader);
    std::vector<Finding> findings = reader.finish();
    for (Finding& finding : findings) finding.offset = cut_.document_offset(finding.offset);
    if (auto broken = broken_promise(findings)) return tl::make_unexpected(std::move(*broken));
    if (!has_root_) return tl::make_unexpected(R"(the answer is not what the API promises: it has no "applications")");
    if (auto broken = check_rest()) return tl::make_unexpected(std::move(*broken));
    for (const auto& [status, count] : statuses_) answer_.counted += fmt::format("{}_{}_", status, count);
    if (oldest_ && newest_ >= *oldest_) answer_.span = newest_ - *oldest_;
    return std::move(answer_);
  }

 private:
  void read_root(DocumentReader& reader) {
    reader.object({}, [&](std::string_view key) {
      if (key != "applications") return false;
      has_root_ = true;
      reader.object({}, [&](std::string_view inner) { return read_member(reader, inner); });
      return true;
    });
  }

  bool read_member(DocumentReader& reader, std::string_view key) {
    if (key == "application") {
      each(reader, [&] { read_part(reader); });
    } else if (is_hash(key)) {
      read_text(reader, answer_.hash);
    } else {
      return false;
    }
    return true;
  }

  /// How many underscores there are is a setting of the server's codec.
  static bool is_hash(std::string_view key) {
    constexpr std::string_view kStart = "apps_";
    constexpr std::string_view kEnd = "_hashcode";
    return key == "apps_hashcode" ||
           (key.starts_with(kStart) && key.ends_with(kEnd) && key.size() >= kStart.size() + kEnd.size() &&
            key.substr(kStart.size(), key.size() - kStart.size() - kEnd.size()).find_first_not_of('_') ==
                std::string_view::npos);
  }

  /// A list; in the dialect of XStream a list of one is that one, and an empty one is "".
  template <typename OnItem>
  static void each(DocumentReader& reader, OnItem on_item) {
    const auto type = reader.cursor().type();
    if (type == Type::list) return reader.list(on_item);
    if (type == Type::object) return on_item();
    if (type == Type::null) return;
    const std::size_t at = reader.cursor().offset();
    std::string text;
    reader.read(text);
    if (!trim(text).empty()) reader.find(at, "expected a list, got a string");
  }

  void read_part(DocumentReader& reader) {
    std::int64_t number = -1;
    reader.object({}, [&](std::string_view /*key*/) {
      reader.read(number);
      return true;
    });
    const auto index = static_cast<std::size_t>(number);
    // An object that is not closed was not cut out.
    if (number < 0 || index >= cut_.parts.size()) return;
    if (taken_.empty()) taken_.resize(cut_.parts.size());
    if (taken_[index]) return;
    taken_[index] = true;
    const Cut::Part& part = cut_.parts[index];
    read_application(part, index);
    // What becomes of it is as large as the answer: both are never whole at once.
    discard(std::span(body_).subspan(part.offset, part.text.size()));
  }

  void read_application(const Cut::Part& part, std::size_t index) {
    Application application;
    std::string of_instances;
    text_.assign(part.text);
    DocumentReader reader(inner_);
    if (inner_.open(text_)) {
      reader.object({}, [&](std::string_view key) {
        if (key == "name") {
          read_text(reader, application.name);
        } else if (key == "instance") {
          each(reader, [&] {
            ReadInstance read = instance_of(read_entry(reader), reading_);
            read.instance.ports = ports_.share(read.instance.ports);
            take(std::move(read), application, of_instances);
          });
        } else {
          return false;
        }
        return true;
      });
    }
    for (const Finding& finding : reader.finish()) {
      application.problems.push_back(fmt::format("the answer is not what the API promises: {} (byte {})",
                                                 finding.message, finding.offset + part.offset));
    }
    application.repaired = inner_.repaired();
    application.instances.shrink_to_fit();
    if (application.name.empty()) application.name = std::move(of_instances);
    if (!application.name.empty()) {
      answer_.applications.push_back(std::move(application));
    } else {
      answer_.malformed.push_back(application.problems.empty() ? fmt::format("application {} has no name", index)
                                                               : application.problems.front());
    }
  }

  void take(ReadInstance&& read, Application& application, std::string& of_instances) {
    ++answer_.instances;
    ++statuses_[std::move(read.status)];
    if (of_instances.empty()) of_instances = std::move(read.app);
    if (read.lease.registered > 0) oldest_ = std::min(oldest_.value_or(read.lease.registered), read.lease.registered);
    newest_ = std::max(newest_, read.lease.last_sign);
    application.instances.push_back(std::move(read.instance));
  }

  /// What is no application is walked in full nevertheless: rubbish in it tells that the answer is no good.
  std::optional<std::string> check_rest() {
    for (std::size_t index = 0; index < cut_.parts.size(); ++index) {
      if (index < taken_.size() && taken_[index]) continue;
      text_.assign(cut_.parts[index].text);
      if (inner_.open(text_)) inner_.walk();
      if (inner_.finish()) continue;
      return broken_promise({{inner_.fault()->offset + cut_.parts[index].offset, inner_.fault()->message}});
    }
    return std::nullopt;
  }

  std::string body_;
  Cut cut_;  ///< of the body
  const Reading& reading_;
  JsonCursor outer_;
  JsonCursor inner_;
  std::string text_;  ///< of the application in hand
  std::vector<bool> taken_;
  Alike<std::vector<Port>> ports_;
  Answer answer_;
  bool has_root_ = false;
  std::map<std::string, std::size_t, std::less<>> statuses_;
  std::optional<std::int64_t> oldest_;
  std::int64_t newest_ = 0;
};

}  // namespace

tl::expected<Answer, std::string> parse_answer(std::string body, const Reading& reading) {
  return AnswerReader(std::move(body), reading).read();
}

}  // namespace r2i::sources::eureka
