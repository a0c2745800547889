#pragma once

#include "model/document_reader.hpp"
#include "model/service.hpp"

#include <cstdint>
#include <string>

namespace r2i::sources::eureka {

struct PortField {
  std::int64_t number = 0;
  bool enabled = false;
};

/// What is beside the metadata of an application: of Amazon's machines.
struct DataCenter {
  std::string instance_id;
  std::string zone;
  std::string public_ip;
};

struct LeaseField {
  std::int64_t duration = 90;     // seconds
  std::int64_t registration = 0;  // milliseconds, as the next one
  std::int64_t renewal = 0;
};

/// An instance as the registry has it.
struct Entry {
  std::string instance_id;
  std::string host;
  std::string ip;
  std::string app;
  std::string status = "UP";  // as the servers' own clients take one that is missing
  std::string overridden;
  std::string vip;
  std::string secure_vip;
  std::string coordinating;
  PortField port;
  PortField secure_port;
  DataCenter data_center;
  LeaseField lease;
  Pairs metadata;
};

/// Reads one `instance` in any dialect: numbers and flags as such or as text, parts missing or null (Netflix's codecs:
/// com.netflix.discovery.converters).
Entry read_entry(DocumentReader& reader);

/// A scalar as text; null leaves `out` as it is. Anything else is a finding.
void read_text(DocumentReader& reader, std::string& out);

}  // namespace r2i::sources::eureka
