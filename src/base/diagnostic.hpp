#pragma once

#include <string>

namespace r2i {

enum class Severity { info, warning, error };

/// One thing to say about the user's data. `code` is a number of the table of codes (model/codes.hpp).
struct Diagnostic {
  int code = 0;
  Severity severity = Severity::info;
  std::string subject;  ///< what it is about: `service "pay" of consul/dc1`, `snap.json:3:7`
  std::string message;  ///< what is so and what follows from it
  std::string hint;     ///< what the user can do about it; may be empty
};

/// Takes diagnostics as they are found; they are sorted before they are shown.
class Diagnostics {
 public:
  Diagnostics() = default;
  Diagnostics(const Diagnostics&) = delete;
  Diagnostics& operator=(const Diagnostics&) = delete;
  virtual ~Diagnostics() = default;

  virtual void report(Diagnostic diagnostic) = 0;
};

}  // namespace r2i
