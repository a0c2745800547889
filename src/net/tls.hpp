#pragma once

#include "net/http.hpp"

#include <set>
#include <string>
#include <string_view>

namespace r2i::net {

class Easy;

/// The certificates in a PEM text, each once, with its BEGIN and END lines; keys and comments are left out.
std::set<std::string> certificates_in(std::string_view pem);

/// What of HttpOptions is about TLS, checked and read once for all handles of a client.
class TlsSetup {
 public:
  /// Throws Error{usage} if a file cannot be read, if a file or text has no certificate, and if a key comes without its
  /// certificate.
  explicit TlsSetup(const HttpOptions& options);

  /// Prepares a handle; this object must outlive it.
  void apply(Easy& easy) const;

 private:
  std::string ca_file_;
  std::string ca_bundle_;  ///< the certificates of text, directory and file, unless there is a file alone
  std::string client_cert_;
  std::string client_key_;
  std::string client_cert_pem_;
  Secret client_key_pem_;
  bool verify_;
};

}  // namespace r2i::net
