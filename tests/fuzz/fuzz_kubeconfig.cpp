// Any bytes as a kubeconfig, and as what a credential plugin prints: reading ends with a value or an error.
#include "base/error.hpp"
#include "kube/exec_credential.hpp"
#include "kube/kubeconfig.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  try {
    auto config = r2i::kube::parse_kubeconfig("/k/config", text);
    const auto contexts = config.contexts.size();
    config.merge(r2i::kube::parse_kubeconfig("/k/config", text));
    if (config.contexts.size() != contexts) std::abort();
  } catch (const r2i::Error& error) {
    if (error.kind() != r2i::ErrorKind::usage) throw;
  }
  const auto credential = r2i::kube::parse_exec_credential(text, "client.authentication.k8s.io/v1");
  if (credential && credential->token.empty() && credential->client_certificate.empty()) std::abort();
  return 0;
}
