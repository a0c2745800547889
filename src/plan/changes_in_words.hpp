#pragma once

#include "model/change.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace r2i::plan {

/// What of an object differs, in the order in which it is shown.
enum class Part {
  field,  ///< a scalar of the spec, called by its name: `resolution`
  host,
  address,
  port,            ///< of a ServiceEntry, called by its number; of a WorkloadEntry, by its name
  endpoint,        ///< an inline one, called as a user would: `10.0.0.4:8080`
  endpoint_label,  ///< of a WorkloadEntry's spec
  export_to,
  subject_alt_name,
  selector_label,
  label,
  annotation,
};

struct PartNames {
  std::string_view noun;    ///< "endpoint"; empty: the part's own name says it all
  std::string_view plural;  ///< "endpoints"
  std::string_view key;     ///< in JSON: "endpoints"
};
const PartNames& names_of(Part part);

enum class Sign { added, removed, changed };

/// A value before and after; nothing: it was not there, or will not be.
struct ValueChange {
  std::string name;  ///< "weight", "label version"; empty: the value of the part itself
  std::optional<std::string> before;
  std::optional<std::string> after;

  friend bool operator==(const ValueChange&, const ValueChange&) = default;
};

/// One thing that is added, removed or changed. The texts are as the objects have them: clean them before printing.
struct PartChange {
  Part part = Part::field;
  Sign sign = Sign::changed;
  std::string name;
  std::vector<ValueChange> values;  ///< of an added one what it is like, of a changed one what differs

  friend bool operator==(const PartChange&, const PartChange&) = default;
};

/// What changes between `before` and `after`, either of which may be absent: by part, then added, removed, changed. The
/// order of a list is no change.
std::vector<PartChange> changes_in_words(const Change& change);

/// What a user calls an endpoint: `10.0.0.4:8080`, `[fd00::4]:8080,8443`. The ports are the real ones, to which
/// `service_ports` lead; without them, those that the endpoint names itself.
std::string endpoint_name(const Endpoint& endpoint, std::span<const ServicePort> service_ports);

}  // namespace r2i::plan
