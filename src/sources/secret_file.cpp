#include "sources/secret_file.hpp"

#include "base/files.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <utility>

namespace r2i::sources {

SecretFile::SecretFile(const Values& values, std::string_view file_key, std::string_view key) {
  // A secret that the configuration gives comes before the file that the registry's own variable names.
  const bool only_secret = values.is_given(std::string(key)) && !values.is_given(std::string(file_key));
  if (!only_secret) file_ = values.text(file_key).value_or("");
  if (!file_.empty()) {
    const auto text = read_file(file_);
    if (!text) throw values.error(file_key, fmt::format("cannot read {}: {}", file_, text.error()));
    value_ = Secret(std::string(trim(*text)));
  }
  if (value_.empty()) value_ = values.secret(key);
}

bool SecretFile::reload() {
  if (file_.empty()) return false;
  const auto text = read_file(file_);
  if (!text) return false;
  Secret fresh{std::string(trim(*text))};
  if (fresh.empty() || fresh == value_) return false;
  value_ = std::move(fresh);
  return true;
}

}  // namespace r2i::sources
