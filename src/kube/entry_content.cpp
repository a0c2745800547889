#include "kube/entry_content.hpp"

#include "base/base64.hpp"
#include "base/error.hpp"
#include "base/files.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <utility>

namespace r2i::kube {

namespace {

std::string read_text(const std::string& path, const std::string& where, std::string_view field) {
  auto text = read_file(path);
  if (!text) refuse_entry(where, fmt::format("cannot read {} {}: {}", field, path, text.error()));
  return *std::move(text);
}

}  // namespace

void refuse_entry(const std::string& where, std::string_view why) {
  throw Error(ErrorKind::usage, fmt::format("{}: {}", where, why));
}

std::string content_of(const FileOrData& value, const std::string& where, std::string_view field) {
  if (!value.file.empty() && !value.data.empty()) {
    refuse_entry(where, fmt::format("{0} and {0}-data are both given: remove one of them", field));
  }
  if (!value.file.empty()) return read_text(value.file, where, field);
  auto bytes = decode_base64(value.data.reveal());
  if (!bytes) refuse_entry(where, fmt::format("{}-data is not Base64", field));
  return *std::move(bytes);
}

Secret read_token(const std::string& path, const std::string& where) {
  const std::string text = read_text(path, where, "the token file");
  const auto token = trim(text);
  if (token.empty()) refuse_entry(where, fmt::format("the token file {} is empty", path));
  return Secret(std::string(token));
}

}  // namespace r2i::kube
