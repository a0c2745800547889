#pragma once

#include "model/name_filter.hpp"
#include "model/service.hpp"
#include "sources/nacos_options.hpp"
#include "sources/nacos_parse.hpp"
#include "sources/scope_report.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace r2i::sources::nacos {

/// What is read of one namespace: which services are wanted, and what becomes of each. A service is handed over once,
/// however often it is met.
class Namespace {
 public:
  Namespace(const Options& options, std::shared_ptr<const SourceInfo> source, const std::string& id,
            const NameFilter& names, ServiceSink& services);

  /// Whether the service is one that is asked for; one that the name filter leaves out is told, once.
  bool wants(const ServiceKey& key);

  /// Hands over what was read. `is_protected`: ill instances count as healthy, as the threshold wants it.
  void take(Found found, bool is_protected);
  /// A service that is there, but could not be read.
  void lose(const ServiceKey& key, Code code, const std::string& why);

  [[nodiscard]] const std::string& id() const { return scope_->name; }
  [[nodiscard]] const std::shared_ptr<const Scope>& scope() const { return scope_; }
  [[nodiscard]] ScopeReport& report() { return report_; }

  /// Compares how many services were listed before everything was read and after it: a server that was started anew in
  /// the meantime knows only those who have come back to it.
  void compare(std::uint64_t before, std::uint64_t after);

  /// Whether the server has no service here at all, wanted or not; nothing: that is not known.
  void set_empty(bool is_empty) { is_empty_ = is_empty; }
  [[nodiscard]] std::optional<bool> is_empty() const { return is_empty_; }

 private:
  void hand_over(const ServiceKey& key, bool complete, Pairs metadata, std::vector<Instance> instances);

  const Options& options_;
  std::shared_ptr<const Scope> scope_;
  const NameFilter& names_;
  ServiceSink& services_;
  ScopeReport report_;
  std::set<ServiceKey> seen_;
  std::set<ServiceKey> refused_;
  std::optional<bool> is_empty_;
};

/// `service "pay" of group "DEFAULT_GROUP"`: for messages.
std::string display_of(const ServiceKey& key);

}  // namespace r2i::sources::nacos
