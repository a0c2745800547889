#pragma once

#include "base/context.hpp"
#include "model/codes.hpp"
#include "model/service.hpp"

#include <memory>
#include <string>
#include <vector>

namespace r2i::sources {

/// What is noticed while a scope is read: told at the end, once the scope has its name, and kept with it where it makes
/// the scope incomplete.
class ScopeReport {
 public:
  /// `subject`: "service \"pay\"", or empty: the scope itself.
  void problem(Code code, const std::string& subject, const std::string& why);
  void note(Code code, const std::string& subject, std::string why);

  /// Reports everything, and says of the scope what it came to.
  ScopeState finish(const std::shared_ptr<const Scope>& scope, Diagnostics& diagnostics);

 private:
  struct Note {
    Code code;
    std::string subject;
    std::string why;
  };
  bool complete_ = true;
  std::vector<std::string> problems_;
  std::vector<Note> notes_;
};

}  // namespace r2i::sources
