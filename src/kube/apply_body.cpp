#include "kube/apply_body.hpp"

#include "base/json_writer.hpp"
#include "base/output.hpp"
#include "model/describe.hpp"

#include <string_view>
#include <utility>
#include <vector>

namespace r2i::kube {

namespace {

using Fields = std::vector<std::pair<std::string_view, std::string>>;

/// Passes an object on, with further fields in its metadata.
class WithMetadata : public Sink {
 public:
  WithMetadata(Sink& next, Fields fields) : next_(next), fields_(std::move(fields)) {}

  void begin_map() override {
    ++depth_;
    next_.begin_map();
    if (!std::exchange(at_metadata_, false)) return;
    for (const auto& [name, value] : fields_) {
      next_.key(name);
      next_.string(value);
    }
  }
  void key(std::string_view name) override {
    at_metadata_ = depth_ == 1 && name == "metadata";
    next_.key(name);
  }
  void end_map() override {
    --depth_;
    next_.end_map();
  }
  void begin_list() override { next_.begin_list(); }
  void end_list() override { next_.end_list(); }
  void string(std::string_view value) override { next_.string(value); }
  void integer(std::int64_t value) override { next_.integer(value); }
  void number(double value) override { next_.number(value); }
  void boolean(bool value) override { next_.boolean(value); }

 private:
  Sink& next_;
  const Fields fields_;
  int depth_ = 0;
  bool at_metadata_ = false;
};

Fields preconditions(const std::string& uid, const std::string& resource_version) {
  Fields fields;
  if (!uid.empty()) fields.emplace_back("uid", uid);
  if (!resource_version.empty()) fields.emplace_back("resourceVersion", resource_version);
  return fields;
}

void write_text(Sink& sink, std::string_view key, std::string_view value) {
  sink.key(key);
  sink.string(value);
}

}  // namespace

std::string apply_body(const Manifest& manifest, const std::string& version, const std::string& uid,
                       const std::string& resource_version) {
  StringOutput out;
  JsonWriter writer(out, 0);
  WithMetadata sink(writer, preconditions(uid, resource_version));
  describe(sink, manifest, version);
  return out.text();
}

std::string delete_body(const std::string& uid, const std::string& resource_version, bool dry_run) {
  StringOutput out;
  JsonWriter sink(out, 0);
  sink.begin_map();
  write_text(sink, "kind", "DeleteOptions");
  write_text(sink, "apiVersion", "v1");
  sink.key("preconditions");
  sink.begin_map();
  for (const auto& [name, value] : preconditions(uid, resource_version)) write_text(sink, name, value);
  sink.end_map();
  write_text(sink, "propagationPolicy", "Background");
  if (dry_run) {
    sink.key("dryRun");
    sink.begin_list();
    sink.string("All");
    sink.end_list();
  }
  sink.end_map();
  return out.text();
}

}  // namespace r2i::kube
