#include "net/tls.hpp"

#include "base/error.hpp"
#include "base/files.hpp"
#include "net/curl_handle.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <set>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace r2i::net {
namespace {

namespace fs = std::filesystem;

std::string read(const std::string& path, std::string_view what) {
  auto text = read_file(path);
  if (!text) throw Error(ErrorKind::usage, fmt::format("cannot read the {} {}: {}", what, path, text.error()));
  return std::move(*text);
}

std::set<std::string> read_ca_file(const std::string& path) {
  auto found = certificates_in(read(path, "CA file"));
  if (found.empty()) throw Error(ErrorKind::usage, fmt::format("the CA file {} has no PEM certificate", path));
  return found;
}

/// Every regular file of the directory, links to files included. Not its directories: where Kubernetes mounts a secret,
/// they hold the same files once more.
std::set<std::string> read_ca_dir(const std::string& path) {
  std::set<std::string> found;
  std::error_code fault;
  for (fs::directory_iterator entry(path, fault), end; !fault && entry != end; entry.increment(fault)) {
    std::error_code unknown;
    if (entry->is_regular_file(unknown)) found.merge(certificates_in(read(entry->path().string(), "CA file")));
  }
  if (fault) {
    throw Error(ErrorKind::usage, fmt::format("cannot read the CA directory {}: {}", path, fault.message()));
  }
  if (found.empty()) {
    throw Error(ErrorKind::usage, fmt::format("the CA directory {} has no file with a PEM certificate", path));
  }
  return found;
}

std::set<std::string> read_ca_text(const std::string& pem) {
  auto found = certificates_in(pem);
  if (found.empty()) throw Error(ErrorKind::usage, "the CA certificate is not a PEM certificate");
  return found;
}

std::string joined(const std::set<std::string>& certificates) {
  std::string text;
  for (const std::string& certificate : certificates) text += certificate;
  return text;
}

/// Whether libcurl's own file of roots can be read.
bool has_system_file(const Easy& easy) {
  const char* const path = easy.text<CURLINFO_CAINFO>();
  return path != nullptr && ::access(path, R_OK) == 0;
}

}  // namespace

std::set<std::string> certificates_in(std::string_view pem) {
  constexpr std::string_view kBegin = "-----BEGIN CERTIFICATE-----";
  constexpr std::string_view kEnd = "-----END CERTIFICATE-----";
  std::set<std::string> found;
  for (auto begin = pem.find(kBegin); begin != std::string_view::npos; begin = pem.find(kBegin, begin)) {
    const auto end = pem.find(kEnd, begin);
    if (end == std::string_view::npos) break;
    found.insert(std::string(pem.substr(begin, end + kEnd.size() - begin)) + "\n");
    begin = end;
  }
  return found;
}

TlsSetup::TlsSetup(const HttpOptions& options)
    : ca_file_(options.ca_file),
      client_cert_(options.client_cert),
      client_key_(options.client_key),
      client_cert_pem_(options.client_cert_pem),
      client_key_pem_(options.client_key_pem),
      verify_(options.verify_tls) {
  std::set<std::string> roots;
  if (!ca_file_.empty()) roots = read_ca_file(ca_file_);
  if (!options.ca_dir.empty()) roots.merge(read_ca_dir(options.ca_dir));
  if (!options.ca_pem.empty()) roots.merge(read_ca_text(options.ca_pem));
  if (!options.ca_dir.empty() || !options.ca_pem.empty()) ca_bundle_ = joined(roots);
  if (client_cert_.empty() && !client_key_.empty()) {
    throw Error(ErrorKind::usage, fmt::format("the client key {} has no client certificate beside it", client_key_));
  }
  if (!client_cert_.empty() && certificates_in(read(client_cert_, "client certificate")).empty()) {
    throw Error(ErrorKind::usage, fmt::format("the client certificate {} is not a PEM certificate", client_cert_));
  }
  if (!client_key_.empty()) read(client_key_, "client key");
  if (!client_cert_pem_.empty() && certificates_in(client_cert_pem_).empty()) {
    throw Error(ErrorKind::usage, "the client certificate is not a PEM certificate");
  }
  if (client_cert_pem_.empty() != client_key_pem_.empty()) {
    throw Error(ErrorKind::usage, "a client certificate and its key must be given together");
  }
}

void TlsSetup::apply(Easy& easy) const {
  easy.set<CURLOPT_SSLVERSION>(static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  easy.set<CURLOPT_SSL_VERIFYPEER>(verify_ ? 1L : 0L);
  easy.set<CURLOPT_SSL_VERIFYHOST>(verify_ ? 2L : 0L);
  // The directory that libcurl was built with stays in force beside a CA file unless it is taken away, and it would
  // have to be prepared with c_rehash; hence a directory is read here and handed over as one text.
  if (!ca_bundle_.empty()) {
    easy.set<CURLOPT_CAINFO>(nullptr);
    easy.set<CURLOPT_CAPATH>(nullptr);
    easy.set_blob<CURLOPT_CAINFO_BLOB>(ca_bundle_);
  } else if (!ca_file_.empty()) {
    easy.set<CURLOPT_CAINFO>(ca_file_);
    easy.set<CURLOPT_CAPATH>(nullptr);
  } else if (has_system_file(easy)) {
    // libcurl parses the roots (20 ms) once, and not for each connection, only if they come from a file and nothing
    // else.
    easy.set<CURLOPT_CAPATH>(nullptr);
  }
  if (!client_cert_.empty()) {
    easy.set<CURLOPT_SSLCERT>(client_cert_);
    easy.set<CURLOPT_SSLKEY>(client_key_.empty() ? client_cert_ : client_key_);
    // An encrypted key is a failure. Without this, OpenSSL would ask for the pass phrase at the terminal and wait.
    easy.set<CURLOPT_KEYPASSWD>("");
  }
  if (!client_cert_pem_.empty()) {
    easy.set_blob<CURLOPT_SSLCERT_BLOB>(client_cert_pem_);
    easy.set_blob<CURLOPT_SSLKEY_BLOB>(client_key_pem_.reveal());
    easy.set<CURLOPT_KEYPASSWD>("");
  }
}

}  // namespace r2i::net
