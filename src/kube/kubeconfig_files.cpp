#include "kube/kubeconfig_files.hpp"

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace r2i::kube {

namespace {

[[noreturn]] void cannot_read(const std::string& path, std::string_view why) {
  throw Error(ErrorKind::usage, fmt::format("cannot read the kubeconfig {}: {}", path, why));
}

void read_into(FoundKubeconfig& found, const std::string& path) {
  const auto text = read_file(path);
  if (!text) cannot_read(path, text.error());
  // Its relative paths are relative to its folder, whatever the working directory will be.
  std::error_code ignored;
  const auto absolute = std::filesystem::absolute(path, ignored);
  found.config.merge(parse_kubeconfig(ignored ? path : absolute.lexically_normal().string(), *text));
  found.read.push_back(path);
}

void read_if_there(FoundKubeconfig& found, const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored)) {
    read_into(found, path);
  } else {
    found.looked_at.push_back(path);
  }
}

void read_list(FoundKubeconfig& found, const std::string& list) {
  std::vector<std::string> paths;
  for (std::string& path : split(list, ':')) {
    if (!path.empty() && std::ranges::find(paths, path) == paths.end()) paths.push_back(std::move(path));
  }
  for (const std::string& path : paths) read_if_there(found, path);
  if (found.read.empty()) {
    throw Error(ErrorKind::usage, fmt::format("KUBECONFIG names no file that is there ({}); correct it, or unset it to "
                                              "use ~/.kube/config or the service account of a pod",
                                              join(found.looked_at, ", ")));
  }
}

}  // namespace

std::string FoundKubeconfig::display() const {
  return join(read, ", ");
}

FoundKubeconfig find_kubeconfig(const std::string& explicit_path, const Environment& environment) {
  FoundKubeconfig found;
  if (!explicit_path.empty()) {
    found.chosen = true;
    read_into(found, explicit_path);
  } else if (const auto list = environment.get("KUBECONFIG")) {
    found.chosen = true;
    read_list(found, *list);
  } else if (const auto home = environment.get("HOME")) {
    read_if_there(found, (std::filesystem::path(*home) / ".kube/config").string());
  }
  return found;
}

}  // namespace r2i::kube
