#pragma once

#include "base/context.hpp"
#include "model/codes.hpp"
#include "model/name_filter.hpp"
#include "model/service.hpp"
#include "sources/http_words.hpp"
#include "sources/key_layout.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace r2i::sources {

/// What a registry calls the things that it holds, and what it says where there is none.
struct KeyWords {
  std::string_view key;   ///< "key", "node"
  std::string_view root;  ///< "prefix", "root"
  Code empty;             ///< there is no service below the root
};

/// What the keys below one root, which is a scope, make: the services by a layout, and all that is to be said of them.
class KeyedServices {
 public:
  /// `only_service`: the name where the layout tells no services apart.
  KeyedServices(const std::shared_ptr<const SourceInfo>& source, std::string scope, std::string only_service,
                const KeyLayout& layout, const NameFilter& names, const KeyWords& words);

  /// What one key said. `key`: as messages have it; `relative`: without the root.
  void take(std::string_view key, std::string_view relative, KeyReading reading);
  /// Forgets everything.
  void start_over();

  /// Whether the name is one that we want; the first refusal of each is noted.
  bool is_wanted(const std::string& service);
  /// The service, which from now on there is.
  Service& service(const std::string& name, const std::string& group);
  /// What keeps the scope from being complete.
  void problem(Code code, const std::string& subject, const std::string& why);
  void note(Code code, const std::string& subject, const std::string& why);
  /// Of a service, for `problem` and `note`.
  static std::string subject_of(std::string_view service);

  [[nodiscard]] std::string display() const { return scope_->display(); }
  /// Whether there is a service, or a sign that there is one.
  [[nodiscard]] bool has_any() const { return !wanted_.empty() || !hidden_.empty(); }
  [[nodiscard]] std::size_t count_services() const { return found_.size(); }

  /// All `keys` keys were read: hands over the services, and reports.
  ScopeState finish(std::uint64_t keys, bool trust_empty, Context& context, ServiceSink& services);
  /// They could not be read: some keys of a service are not the service.
  ScopeState fail(const Fault& fault, Context& context);

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

  Found& found(const std::string& name, const std::string& group);
  void take_malformed(std::string_view key, std::string_view relative, const KeyReading& reading);
  void note_malformed(const std::string& subject, const std::string& why);
  void settle_hidden();
  void judge_emptiness(std::uint64_t keys);
  void note_the_rest();
  void report_all(Context& context);

  std::shared_ptr<Scope> scope_;
  const std::string only_service_;
  const KeyLayout& layout_;
  const NameFilter& names_;
  const KeyWords words_;
  ScopeState state_;
  std::map<Identity, Found> found_;
  Found* last_ = nullptr;                            ///< the one before: keys come service by service
  std::map<std::string, bool, std::less<>> wanted_;  ///< what the filter says of the names that were seen
  std::map<std::string, Ignored> ignored_;           ///< why → keys that are no instances
  /// Where the value names the service: the services below each folder of keys, and the folders in which a value could
  /// not be read, so that a service there lacks it.
  std::map<std::string, std::set<Identity>, std::less<>> folders_;
  std::set<std::string> hidden_;
  std::map<std::string, std::size_t> malformed_;  ///< subject → how many of its keys
  std::vector<Note> notes_;
};

}  // namespace r2i::sources
