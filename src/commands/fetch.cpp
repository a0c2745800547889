#include "base/json_writer.hpp"
#include "base/order.hpp"
#include "base/text.hpp"
#include "commands/commands.hpp"
#include "commands/pipeline.hpp"
#include "commands/session.hpp"
#include "model/snapshot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace r2i::commands {

namespace {

constexpr int kIndent = 2;

/// A snapshot is sorted, so all of it is kept until the end.
class Collector : public ServiceSink {
 public:
  explicit Collector(bool keep_secrets) : keep_secrets_(keep_secrets) {}

  void service(Service&& service) override {
    if (!keep_secrets_) redacted_ += redact(service);
    const auto before = [](const Instance& a, const Instance& b) {
      return std::tie(a.node, a.id, a.address) < std::tie(b.node, b.id, b.address);
    };
    bring_in_order(service.instances, before);
    services_.push_back(std::move(service));
  }

  std::vector<Service> take() {
    if (!std::ranges::is_sorted(services_, snapshot_order)) std::ranges::stable_sort(services_, snapshot_order);
    return std::move(services_);
  }
  [[nodiscard]] std::size_t redacted() const { return redacted_; }

 private:
  bool keep_secrets_;
  std::vector<Service> services_;
  std::size_t redacted_ = 0;
};

void write_snapshot(JsonWriter& writer, const SourceState& state, const std::vector<Service>& services, Output& out) {
  SnapshotWriter snapshot(writer);
  snapshot.begin(state);
  for (const Service& service : services) {
    if (service.scope->source != state.source) continue;
    snapshot.service(service);
    out.spill();
  }
  snapshot.end();
}

void write_all(Output& out, const Gathered& gathered, const std::vector<Service>& services) {
  JsonWriter writer(out, kIndent);
  if (gathered.states.size() == 1) {
    write_snapshot(writer, gathered.states.front(), services, out);
  } else {
    writer.begin_map();
    writer.key("apiVersion");
    writer.string(kSnapshotApiVersion);
    writer.key("kind");
    writer.string("SnapshotList");
    writer.key("items");
    writer.begin_list();
    for (const SourceState& state : gathered.states) write_snapshot(writer, state, services, out);
    writer.end_list();
    writer.end_map();
  }
  out.write("\n");
  out.flush();
}

}  // namespace

ExitCode run_fetch(Session& session) {
  const config::Settings& settings = session.settings;
  Collector collector(settings.keep_secrets);
  const Gathered gathered = gather(session, collector);
  session.context->check_interrupt();
  session.report.show();
  say_sources(session, gathered);
  if (!gathered.complete() && !settings.allow_partial) {
    session.report.fail(
        "nothing was written, since a source was not read in full; --allow-partial keeps what was read");
    return ExitCode::source;
  }
  const auto services = collector.take();
  if (settings.output_file.empty()) {
    write_all(session.out, gathered, services);
  } else {
    NewFile file(settings.output_file);
    write_all(file.output(), gathered, services);
    file.commit();
  }
  if (collector.redacted() > 0) {
    session.report.say(fmt::format("redacted: {} that look like secrets (--keep-secrets keeps them)",
                                   counted(collector.redacted(), "value")));
  }
  session.report.show_losses();
  return ExitCode::done;
}

}  // namespace r2i::commands
