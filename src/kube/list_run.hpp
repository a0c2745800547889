#pragma once

#include "base/context.hpp"
#include "base/json_cursor.hpp"
#include "kube/api.hpp"
#include "kube/session.hpp"
#include "kube/status.hpp"
#include "model/live_object.hpp"
#include "net/http_client.hpp"

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace r2i::kube {

/// One pass over the pages of some lists, several lists at once. The next page of a list is asked for before the
/// present one is read, so that the API server works meanwhile; no more than one page waits to be read.
class ListRun : public net::HttpBatch {
 public:
  enum class End {
    complete,
    expired,    ///< 410: the list has to start again
    forbidden,  ///< 403
    absent,     ///< 404: the kind is not served in this version
    failed,
  };

  /// `namespaces` empty: one list per kind, of all namespaces.
  ListRun(Context& context, Session& session, LiveSink& sink, const std::string& version,
          const std::vector<std::string>& namespaces);

  std::optional<net::HttpRequest> next() override;
  void done(net::HttpRequest request, net::HttpResult result) override;
  bool work() override;

  /// Reads what is left, and says how the pass ended. To be called after the run.
  End finish();
  /// A sentence, unless the pass was complete.
  [[nodiscard]] const std::string& problem() const { return problem_; }
  [[nodiscard]] std::size_t objects() const { return objects_; }

 private:
  struct Stream {
    std::string path;
    std::string_view plural;
    std::string nspace;
    std::string token;  ///< of the page to be asked for
    bool wanted = true;
  };
  struct Waiting {
    Stream* stream;
    std::string body;
    std::optional<std::string> token;  ///< of the page after it, if that was asked for
  };

  void take_page(Stream& stream, std::string body);
  void read_first();
  void go_on(Stream& stream, const std::string& token);
  void refuse(const Stream& stream, const net::HttpAnswer& answer);
  void stop(const Stream& stream, End end, std::string problem);

  Context& context_;
  Session& session_;
  LiveSink& sink_;
  std::vector<Stream> streams_;
  std::deque<Waiting> waiting_;
  JsonCursor cursor_;
  JsonCursor peeking_;
  std::size_t in_flight_ = 0;
  std::size_t objects_ = 0;
  End end_ = End::complete;
  const Stream* stopped_by_ = nullptr;  ///< the first of those that failed, in the order of the lists
  std::string problem_;
};

}  // namespace r2i::kube
