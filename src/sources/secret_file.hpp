#pragma once

#include "base/secret.hpp"
#include "sources/values.hpp"

#include <string>
#include <string_view>

namespace r2i::sources {

/// A token or a password: read from a file, and again when the registry refuses it; else from where a setting says.
class SecretFile {
 public:
  /// `file_key` and `key` are settings: of the file, and of the secret itself. Throws Error{usage} if the file cannot
  /// be read.
  SecretFile(const Values& values, std::string_view file_key, std::string_view key);

  [[nodiscard]] const Secret& value() const { return value_; }
  /// Reads the file again; true if it holds another secret than before.
  bool reload();

 private:
  std::string file_;
  Secret value_;
};

}  // namespace r2i::sources
