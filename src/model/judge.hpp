#pragma once

#include "base/yaml_reader.hpp"
#include "model/change.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace r2i {

/// What is wrong with a manifest in a text, or worth a look.
struct Verdict {
  LineColumn place{};
  bool is_warning = false;
  std::string text;  ///< "ServiceEntry mesh/pay: spec.hosts[0]: what is wrong, and what to do"
};

/// A ServiceEntry or a WorkloadEntry in a text, as far as it could be read.
struct JudgedObject {
  LineColumn place{};
  ObjectKey key;
  std::vector<std::string> hosts;
  std::vector<std::string> export_to;
};

/// What Istio and the API server would say to a text.
struct Judgement {
  std::vector<Verdict> verdicts;              ///< object by object, of each by place
  std::vector<JudgedObject> objects;          ///< in the order of the text
  std::map<std::string, std::size_t> others;  ///< objects of other kinds, which are not judged: kind → how many
};

/// Judges each ServiceEntry and WorkloadEntry of a YAML or JSON text of one document or several, also in Lists. The
/// fault of a text that is neither.
tl::expected<Judgement, YamlFault> judge(std::string_view text);

}  // namespace r2i
