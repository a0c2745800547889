#pragma once

#include "base/context.hpp"
#include "model/name_filter.hpp"
#include "model/service.hpp"
#include "model/snapshot.hpp"
#include "net/http_client.hpp"
#include "sources/eureka_options.hpp"
#include "sources/eureka_parse.hpp"
#include "sources/http_words.hpp"
#include "sources/secret_file.hpp"

#include <tl/expected.hpp>

#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace r2i::sources::eureka {

/// Reads everything from one server.
class PeerReader {
 public:
  /// `password`: of `peer.http.basic_user`; nothing: the one of the peer's address.
  PeerReader(const Options& options, const Server& peer, SecretFile* password, std::shared_ptr<const SourceInfo> source,
             const NameFilter& names, Context& context, ServiceSink& services);

  ScopeState read();

 private:
  using Parsed = tl::expected<Answer, Fault>;

  Parsed read_all();
  Parsed read_vips();
  Parsed get(std::string_view path);
  Parsed parse(const net::HttpRequest& asked, net::HttpAnswer answer) const;
  net::HttpResult ask(const net::HttpRequest& request);
  bool judge(const Answer& answer);
  void hand_over(Answer&& answer, bool complete);
  void problem(Code code, const std::string& subject, const std::string& why);
  void report(Code code, const std::string& subject, const std::string& why);

  const Options& options_;
  const Server& peer_;
  SecretFile* password_;
  const NameFilter& names_;
  Context& context_;
  ServiceSink& services_;
  net::HttpClient client_;
  std::shared_ptr<Scope> scope_;
  ScopeState state_;
};

}  // namespace r2i::sources::eureka
