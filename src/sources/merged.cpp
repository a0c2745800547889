#include "sources/merged.hpp"

#include <map>
#include <utility>

namespace r2i::sources {

namespace {

/// Sources and scopes as they were handed over, and the same with the merge in them.
class Copies {
 public:
  explicit Copies(const std::string& name) : name_(name) {}

  std::shared_ptr<const SourceInfo> of(const std::shared_ptr<const SourceInfo>& source) {
    auto& [original, copy] = sources_[source.get()];
    if (!copy) {
      original = source;
      copy = std::make_shared<SourceInfo>(*source);
      copy->merge = name_;
    }
    return copy;
  }

  std::shared_ptr<const Scope> of(const std::shared_ptr<const Scope>& scope) {
    auto& [original, copy] = scopes_[scope.get()];
    if (!copy) {
      original = scope;
      copy = std::make_shared<Scope>(*scope);
    }
    // A scope may be finished only after its first services were handed over.
    *copy = *scope;
    copy->source = of(scope->source);
    return copy;
  }

 private:
  /// The original stays alive, so that no other one can come to its address.
  template <typename T>
  using Pair = std::pair<std::shared_ptr<const T>, std::shared_ptr<T>>;

  const std::string& name_;
  std::map<const SourceInfo*, Pair<SourceInfo>> sources_;
  std::map<const Scope*, Pair<Scope>> scopes_;
};

class CopyingSink : public ServiceSink {
 public:
  CopyingSink(Copies& copies, ServiceSink& next) : copies_(copies), next_(next) {}
  void service(Service&& service) override {
    service.scope = copies_.of(service.scope);
    next_.service(std::move(service));
  }

 private:
  Copies& copies_;
  ServiceSink& next_;
};

class MergedSource : public Source {
 public:
  MergedSource(std::string name, std::unique_ptr<Source> source) : name_(std::move(name)), source_(std::move(source)) {}

  std::vector<SourceState> fetch(Context& context, ServiceSink& services) override {
    Copies copies(name_);
    CopyingSink sink(copies, services);
    std::vector<SourceState> states = source_->fetch(context, sink);
    for (SourceState& state : states) {
      state.source = copies.of(state.source);
      for (ScopeState& scope : state.scopes) scope.scope = copies.of(scope.scope);
    }
    return states;
  }

 private:
  std::string name_;
  std::unique_ptr<Source> source_;
};

}  // namespace

std::unique_ptr<Source> merged_into(std::string name, std::unique_ptr<Source> source) {
  return std::make_unique<MergedSource>(std::move(name), std::move(source));
}

}  // namespace r2i::sources
