#include "base/hash.hpp"
#include "base/text.hpp"
#include "directory/directory.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace r2i::directory {

namespace {

constexpr std::size_t kLongestComponent = 255;  // bytes, on every usual file system
constexpr std::size_t kHashDigits = 16;

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-';
}

/// Whether a name of Kubernetes' can stand in a path as it is.
bool is_plain(std::string_view name, bool dots_allowed) {
  return !name.empty() && !name.starts_with('.') && !name.ends_with('.') && name.find("..") == std::string_view::npos &&
         std::ranges::all_of(name, [&](char c) { return is_name_character(c) || (dots_allowed && c == '.'); });
}

/// `prefix`, `name` and `suffix`. A name that is no name of Kubernetes', or that is too long, is replaced by as much of
/// it as can stand, `_` and a hash: since no name has a `_`, it cannot meet another one.
std::string component(std::string_view prefix, std::string_view name, std::string_view suffix, bool dots_allowed) {
  const bool plain = is_plain(name, dots_allowed);
  const std::size_t room = kLongestComponent - prefix.size() - suffix.size();
  if (plain && name.size() <= room) return fmt::format("{}{}{}", prefix, name, suffix);
  std::string head = to_lower(name.substr(0, room - 1 - kHashDigits));
  for (char& c : head) {
    if (!is_name_character(c) && !(plain && c == '.')) c = '-';
  }
  return fmt::format("{}{}_{}{}", prefix, head, short_hash(name, kHashDigits), suffix);
}

}  // namespace

std::string Directory::place_of(const ObjectKey& key) {
  const std::string file = component(to_lower(key.kind) + "-", key.name, ".yaml", true);
  return key.nspace.empty() ? file : component("", key.nspace, "", false) + "/" + file;
}

}  // namespace r2i::directory
