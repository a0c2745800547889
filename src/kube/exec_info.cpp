#include "kube/exec_info.hpp"

#include "base/base64.hpp"
#include "base/json_cursor.hpp"
#include "base/json_writer.hpp"
#include "base/output.hpp"
#include "kube/copy_json.hpp"

namespace r2i::kube {

namespace {

class MapWriter {
 public:
  explicit MapWriter(Sink& sink) : sink_(sink) { sink_.begin_map(); }
  MapWriter(const MapWriter&) = delete;
  MapWriter& operator=(const MapWriter&) = delete;
  ~MapWriter() { sink_.end_map(); }

  void text(std::string_view key, const std::string& value) {
    if (value.empty()) return;
    sink_.key(key);
    sink_.string(value);
  }
  void flag(std::string_view key, bool value) {
    if (!value) return;
    sink_.key(key);
    sink_.boolean(value);
  }
  void json(std::string_view key, std::string value) {
    JsonCursor cursor;
    if (value.empty() || !cursor.open(value)) return;
    sink_.key(key);
    copy_json(cursor, sink_);
  }

 private:
  Sink& sink_;
};

}  // namespace

std::string describe_cluster(const ClusterEntry& cluster, const Connection& connection) {
  StringOutput out;
  JsonWriter writer(out, 0);
  {
    MapWriter map(writer);
    map.text("server", connection.server);
    map.text("tls-server-name", cluster.tls_server_name);
    map.flag("insecure-skip-tls-verify", cluster.insecure_skip_tls_verify);
    map.text("certificate-authority-data", encode_base64(connection.http.ca_pem));
    map.text("proxy-url", cluster.proxy_url.reveal());
    map.flag("disable-compression", cluster.disable_compression);
    map.json("config", cluster.exec_config);
  }
  return out.text();
}

std::string describe_exec(const std::string& api_version, bool interactive, const std::string& cluster) {
  StringOutput out;
  JsonWriter writer(out, 0);
  {
    MapWriter map(writer);
    map.text("kind", "ExecCredential");
    map.text("apiVersion", api_version);
    writer.key("spec");
    MapWriter spec(writer);
    writer.key("interactive");
    writer.boolean(interactive);
    spec.json("cluster", cluster);
  }
  return out.text();
}

}  // namespace r2i::kube
