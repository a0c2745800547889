#pragma once

#include "base/flat_json.hpp"
#include "model/service.hpp"
#include "sources/key_pattern.hpp"
#include "sources/value_path.hpp"

#include <tl/expected.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace r2i::sources {

/// The settings that make up a layout, by their names: "key", "addressFrom", … (model/settings.cpp).
using LayoutTexts = std::map<std::string, std::vector<std::string>, std::less<>>;

/// What is wrong in a layout, and in which of its settings.
struct LayoutFault {
  std::string setting;
  std::string message;
};

/// What one key and its value say.
struct KeyReading {
  enum class Kind {
    instances,  ///< of the service
    foreign,    ///< the key is none of the layout's: `why` says so
    malformed,  ///< the key is one of the layout's, but the value is not what it promises: `why`
  };
  Kind kind = Kind::instances;
  std::string service;  ///< empty where a malformed value would have had to tell it
  std::string group;
  Pairs service_metadata;
  std::vector<Instance> instances;
  std::string why;
  bool repaired = false;  ///< bytes that are no UTF-8 became U+FFFD
};

/// How a registry that knows only keys and values holds services: which keys are instances, and where in a key and its
/// value the service, the address and the rest stand. Independent of which registry that is.
class KeyLayout {
 public:
  /// The layouts that there are by name, sorted; each is a set of texts, which `own` replaces one by one.
  static std::vector<std::string> names();
  /// The keys below which a layout is by convention ("/microservices"), or nothing.
  static std::string_view usual_root(std::string_view name);
  static tl::expected<KeyLayout, LayoutFault> make(std::string_view name, const LayoutTexts& own);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const KeyPattern& key() const { return key_; }
  /// Whether the service's name stands in the value, so that a malformed value hides whose instance it is.
  [[nodiscard]] bool service_is_in_value() const;
  /// Whether nothing in the layout tells services apart: then all keys below a root are one service.
  [[nodiscard]] bool has_no_service() const { return service_.empty(); }

  /// Whether all of it stands in the keys, so that nobody has to ask for a value.
  [[nodiscard]] bool is_in_keys() const { return !needs_value_; }
  /// Whether every key right below a folder is of one service, which its name tells.
  [[nodiscard]] bool folder_is_service() const { return folder_is_service_; }
  /// Whose key it is, as far as the key alone says so: service and group; nothing: it does not.
  [[nodiscard]] std::optional<KeyReading> owner(std::string_view key, FlatJson& tree) const;

  /// `key` is the part behind the root. `tree` is for scratch, and keeps its memory from one call to the next.
  [[nodiscard]] KeyReading read(std::string_view key, std::string value, FlatJson& tree) const;

 private:
  struct MetadataPath {
    std::string name;  ///< empty: what stands there gives names
    ValuePath path;
  };

  tl::expected<void, LayoutFault> compile(const LayoutTexts& texts);
  tl::expected<void, LayoutFault> compile_metadata(const std::vector<std::string>& texts);
  void note_need(const ValuePath& path);
  tl::expected<void, LayoutFault> check_parts(const std::string& setting, const ValuePath& path) const;

  friend class KeyReader;

  std::string name_;
  KeyPattern key_;
  std::vector<ValuePath> service_;
  std::optional<ValuePath> group_, instances_, id_, address_, port_, protocol_, tags_, weight_, health_, enabled_,
      disabled_, locality_;
  std::vector<MetadataPath> metadata_;
  bool needs_json_ = false;
  bool needs_value_ = false;
  bool folder_is_service_ = false;
  bool reversed_ = false;           ///< the service is a domain name
  bool zero_weight_unset_ = false;  ///< 0 is no weight, but the lack of one
  bool address_optional_ = false;   ///< a value without an address is of another kind
};

}  // namespace r2i::sources
