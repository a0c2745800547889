#include "sources/eureka.hpp"

#include "sources/eureka_options.hpp"
#include "sources/eureka_peer.hpp"
#include "sources/fail_over.hpp"
#include "sources/registry.hpp"

#include <utility>

namespace r2i::sources::eureka {

namespace {

class EurekaSource : public Registry {
 public:
  EurekaSource(const SourceSpec& spec, const FetchOptions& fetch, const Environment& environment)
      : Registry(spec, fetch, environment),
        options_(read_options(this->spec(), fetch, values(), this->environment())),
        user_(values().text("username").value_or("")),
        password_(values(), "passwordFile", "password") {
    if (user_.empty() && !password_.value().empty()) throw values().error("username", "a password needs its user");
    describe(display_of(options_.peers), options_.verify_tls);
  }

 private:
  std::vector<ScopeState> read(Context& context, ServiceSink& services) override {
    const auto read_peer = [&](std::size_t number, Context& local, ServiceSink& sink) {
      Server peer = options_.peers[number];
      const bool has_own_user = !peer.http.basic_user.empty() || !peer.http.basic_password.empty();
      if (!has_own_user) peer.http.basic_user = user_;
      SecretFile* password = has_own_user || user_.empty() ? nullptr : &password_;
      PeerReader reader(options_, peer, password, source(), names(), local, sink);
      return std::vector<ScopeState>{reader.read()};
    };
    return read_first_complete(options_.peers.size(), context, services, read_peer);
  }

  Options options_;
  std::string user_;
  SecretFile password_;
};

}  // namespace

std::unique_ptr<Source> make(const SourceSpec& spec, const FetchOptions& fetch, const Environment& environment) {
  return std::make_unique<EurekaSource>(spec, fetch, environment);
}

}  // namespace r2i::sources::eureka
