#pragma once

#include "model/codes.hpp"
#include "model/name_filter.hpp"
#include "sources/source.hpp"
#include "sources/values.hpp"

#include <memory>
#include <string>
#include <vector>

namespace r2i::sources {

/// A source that is one registry: what every kind of registry does around reading its scopes.
class Registry : public Source {
 public:
  std::vector<SourceState> fetch(Context& context, ServiceSink& services) final;

 protected:
  Registry(const SourceSpec& spec, const FetchOptions& fetch, const Environment& environment);

  /// Reads every scope. What goes wrong is reported and makes its scope incomplete.
  virtual std::vector<ScopeState> read(Context& context, ServiceSink& services) = 0;

  /// To be called once by the constructor of a kind: what the snapshot says of the address, and whether certificates
  /// are verified.
  void describe(std::string address, bool verifies_tls);

  [[nodiscard]] const SourceSpec& spec() const { return spec_; }
  [[nodiscard]] const Environment& environment() const { return environment_; }
  [[nodiscard]] const Values& values() const { return values_; }
  [[nodiscard]] const NameFilter& names() const { return names_; }
  [[nodiscard]] const std::shared_ptr<const SourceInfo>& source() const { return source_; }

  /// A scope that could not be read at all; reported. For failures before it is known which scopes there are.
  ScopeState failed_scope(Context& context, std::string name, const std::string& why,
                          Code code = Code::source_unreachable) const;

 private:
  SourceSpec spec_;
  Environment environment_;
  Values values_;
  NameFilter names_;
  std::shared_ptr<const SourceInfo> source_;
  bool verifies_tls_ = true;
};

}  // namespace r2i::sources
