#include "sources/etcd.hpp"

#include "sources/etcd_options.hpp"
#include "sources/etcd_scope.hpp"
#include "sources/etcd_session.hpp"
#include "sources/fail_over.hpp"
#include "sources/registry.hpp"

namespace r2i::sources::etcd {

namespace {

class EtcdSource : public Registry {
 public:
  EtcdSource(const SourceSpec& spec, const FetchOptions& fetch, const Environment& environment)
      : Registry(with_native_environment(spec, environment), fetch, environment),
        options_(read_options(this->spec(), fetch, values(), this->environment())),
        password_(values(), "passwordFile", "password") {
    describe(display_of(options_.servers), options_.verify_tls);
  }

 private:
  std::vector<ScopeState> read(Context& context, ServiceSink& services) override {
    return read_first_complete(options_.servers.size(), context, services,
                               [&](std::size_t number, Context& local, ServiceSink& sink) {
                                 return read_server(options_.servers[number], local, sink);
                               });
  }

  std::vector<ScopeState> read_server(const Server& server, Context& context, ServiceSink& services) {
    std::vector<ScopeState> scopes;
    Session session(options_, server, password_, context);
    const auto open = session.open();
    for (const Root& root : options_.roots) {
      if (open) {
        scopes.push_back(RootReader(session, root, source(), names(), services).read());
      } else {
        scopes.push_back(failed_scope(context, root.name, open.error().why, open.error().code));
      }
    }
    return scopes;
  }

  Options options_;
  SecretFile password_;
};

}  // namespace

std::unique_ptr<Source> make(const SourceSpec& spec, const FetchOptions& fetch, const Environment& environment) {
  return std::make_unique<EtcdSource>(spec, fetch, environment);
}

}  // namespace r2i::sources::etcd
