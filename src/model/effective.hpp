#pragma once

#include "base/sink.hpp"
#include "model/settings.hpp"

#include <string>
#include <utility>
#include <vector>

namespace r2i {

/// One setting in force: its value, and where it came from.
struct EffectiveSetting {
  std::string path;  ///< "defaults.health", "sources.west.maxStale", "rules.payments.set.protocol"
  Shape shape = Shape::text;
  std::vector<std::string> values{};  ///< one, but for lists; of a default what the help says: "the agent's own"
  std::vector<std::pair<std::string, std::string>> pairs{};  ///< of a map
  std::string metadata_key{};                                ///< of `{fromMetadata: KEY}`; else empty
  std::string origin = "default";  ///< or "mesh.yaml:12:3", "--health", "R2I_HEALTH", "CONSUL_HTTP_ADDR"
  std::string overridden_by{};     ///< what wins over it wherever both say something; else empty

  [[nodiscard]] bool is_default() const { return origin == "default"; }
};

/// The value on one line, as a configuration file could have it: `passing`, `[80, instance]`, `{team: shop}`.
std::string value_text(const EffectiveSetting& setting);

/// The value as a value of JSON or YAML; of a default the words of the help.
void write_value(Sink& sink, const EffectiveSetting& setting);

/// Replaces what looks like a secret by "<redacted>".
void redact(EffectiveSetting& setting);

}  // namespace r2i
