#pragma once

#include "base/flat_json.hpp"
#include "model/codes.hpp"
#include "model/name_filter.hpp"
#include "model/service.hpp"
#include "sources/etcd_range.hpp"
#include "sources/etcd_session.hpp"
#include "sources/key_layout.hpp"

#include <cstddef>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace r2i::sources::etcd {

/// Reads one root, which is a scope: every key below it, and the services that the layout makes of them.
class RootReader : private KeySink {
 public:
  RootReader(Session& session, const Root& root, const std::shared_ptr<const SourceInfo>& source,
             const NameFilter& names, ServiceSink& services);

  ScopeState read();

 private:
  using Identity = std::pair<std::string, std::string>;  ///< name and group
  struct Found {
    Service service;
    bool repaired = false;
  };
  struct Note {
    Code code;
    std::string subject;
    std::string why;
  };
  struct Ignored {
    std::size_t count = 0;
    std::string example;
  };

  void key(std::string_view key, std::string value) override;
  void start_over() override;

  bool is_wanted(const std::string& service);
  Found& found(const std::string& name, const std::string& group);
  void take_malformed(std::string_view key, const KeyReading& reading);
  void note_malformed(const std::string& subject, const std::string& why);
  void settle_hidden();
  void judge_emptiness(std::uint64_t keys);
  void note_the_rest();
  void problem(Code code, const std::string& subject, const std::string& why);
  void report_all();

  Session& session_;
  const Root& root_;
  const KeyLayout& layout_;
  std::shared_ptr<Scope> scope_;
  const NameFilter& names_;
  ServiceSink& services_;
  ScopeState state_;
  FlatJson tree_;
  std::map<Identity, Found> found_;
  std::map<std::string, bool, std::less<>> wanted_;  ///< what the filter says of the names that were seen
  std::map<std::string, Ignored> ignored_;           ///< why → keys that are no instances
  /// Where the value names the service: the services below each folder of keys, and the folders in which a value could
  /// not be read, so that a service there lacks it.
  std::map<std::string, std::set<Identity>, std::less<>> folders_;
  std::set<std::string> hidden_;
  std::map<std::string, std::size_t> malformed_;  ///< subject → how many of its keys
  std::vector<Note> notes_;
};

}  // namespace r2i::sources::etcd
