#include "base/error.hpp"
#include "base/text.hpp"
#include "commands/commands.hpp"
#include "commands/pipeline.hpp"
#include "commands/session.hpp"
#include "commands/why_service.hpp"
#include "model/codes.hpp"
#include "transform/rule_book.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

namespace r2i::commands {

namespace {

constexpr int kFirstConversionCode = 2000;
constexpr std::string_view kInstance = ", instance ";

/// Keeps what every part of the run has to say.
class Hearsay : public Diagnostics {
 public:
  void report(Diagnostic diagnostic) override { all_.push_back(std::move(diagnostic)); }
  /// About a service and its instances, sorted; nothing if nobody has said anything.
  [[nodiscard]] std::vector<Diagnostic> about(const std::string& display) const {
    std::vector<Diagnostic> found;
    const std::string of_instance = display + std::string(kInstance);
    for (const Diagnostic& one : all_) {
      if (one.subject == display || one.subject.starts_with(of_instance)) found.push_back(one);
    }
    std::ranges::stable_sort(found, [](const Diagnostic& a, const Diagnostic& b) {
      return std::tie(b.severity, a.code, a.message) < std::tie(a.severity, b.code, b.message);
    });
    // Of a service and of each of its aliases the same may be said.
    const auto twins = std::ranges::unique(found, [&](const Diagnostic& a, const Diagnostic& b) {
      return a.subject == display && b.subject == display && a.code == b.code && a.message == b.message;
    });
    found.erase(twins.begin(), twins.end());
    return found;
  }
  /// The errors of sources, which tell why the picture may not be whole.
  void tell_sources(Report& report) const {
    for (const Diagnostic& one : all_) {
      if (one.code < kFirstConversionCode && one.severity == Severity::error) report.report(one);
    }
  }

 private:
  std::vector<Diagnostic> all_;
};

/// Keeps the services as they are read: which one is asked for by its host shows only when all are.
class Keeper : public Witness {
 public:
  void service(const Service& service) override { all.push_back(service); }
  void diagnostic(const Diagnostic& /*diagnostic*/) override {}

  std::vector<Service> all;
};

/// Answers one question: what was read, what was said of it, and what came out.
class Inquiry {
 public:
  Inquiry(const Session& session, const Desired& desired, std::vector<Service> services, const Hearsay& hearsay)
      : desired_(desired), services_(std::move(services)), hearsay_(hearsay), rules_(session.settings.conversion) {
    std::erase_if(services_, [&](const Service& service) { return !desired.gathered.knows(service.scope.get()); });
    std::ranges::sort(services_, [](const Service& a, const Service& b) {
      return std::tie(a.scope->source->name, a.scope->name, a.name, a.group) <
             std::tie(b.scope->source->name, b.scope->name, b.name, b.group);
    });
  }

  std::vector<ServiceStory> answer(const std::string& asked) {
    std::vector<ServiceStory> stories;
    for (Service& service : services_) {
      transform::Explained explained = explain(service);
      const std::vector<std::string> aliases = transform::explain_aliases(explained);
      names_.insert(service.name);
      if (!explained.host.value.empty()) names_.insert(explained.host.value);
      names_.insert(aliases.begin(), aliases.end());
      if (is_asked(asked, service, explained, aliases)) stories.push_back(tell(service, std::move(explained), aliases));
    }
    for (const SourceState& state : desired_.gathered.states) {
      for (const ScopeState& scope : state.scopes) add_unseen(asked, scope.scope, stories);
    }
    return stories;
  }

  [[nodiscard]] std::vector<std::string> names() const { return {names_.begin(), names_.end()}; }

 private:
  static bool is_name(const std::string& asked, const std::string& name, const Scope& scope) {
    return asked == name || asked == fmt::format("{}/{}", scope.display(), name);
  }

  static bool is_asked(const std::string& asked, const Service& service, const transform::Explained& explained,
                       const std::vector<std::string>& aliases) {
    const std::string host = to_lower(asked);
    return is_name(asked, service.name, *service.scope) || (!host.empty() && host == explained.host.value) ||
           std::ranges::find(aliases, host) != aliases.end();
  }

  transform::Explained explain(const Service& service) {
    struct Silent : Diagnostics {
      void report(Diagnostic) override {}
    } silent;
    return transform::explain(service, rules_, silent);
  }

  ServiceStory tell(const Service& service, transform::Explained explained, std::vector<std::string> aliases) {
    ServiceStory story;
    story.display = service.display();
    story.name = service.name;
    story.complete = service.complete;
    story.read = service;
    story.explained = std::move(explained);
    story.aliases = std::move(aliases);
    story.settings = transform::explain_settings(story.explained.choices);
    std::vector<Diagnostic> of_instances;
    for (Diagnostic& diagnostic : hearsay_.about(story.display))
      (diagnostic.subject == story.display ? story.diagnostics : of_instances).push_back(std::move(diagnostic));
    tell_instances(story, std::move(of_instances));
    add_objects(story);
    return story;
  }

  void add_objects(ServiceStory& story) const {
    std::set<std::pair<std::string, std::string>> selected;  // namespace and the label's value
    for (const Manifest& object : desired_.manifests.objects) {
      const auto* entry = std::get_if<ServiceEntry>(&object);
      if (entry == nullptr || !is_object_of(story, *entry)) continue;
      story.objects.push_back(object);
      if (const auto host = find_value(entry->workload_selector.labels, mark::kHost))
        selected.emplace(entry->meta.nspace, *host);
    }
    for (const Manifest& object : desired_.manifests.objects) {
      const ObjectMeta& meta = meta_of(object);
      const auto host = find_value(meta.labels, mark::kHost);
      if (std::holds_alternative<WorkloadEntry>(object) && host && selected.contains({meta.nspace, std::string(*host)}))
        story.objects.push_back(object);
    }
  }

  /// One that never came here, since its name alone leaves it out: its registry has said so.
  void add_unseen(const std::string& asked, const std::shared_ptr<const Scope>& scope,
                  std::vector<ServiceStory>& stories) {
    const std::string prefix = scope->display() + "/";
    Service service;
    service.scope = scope;
    service.name = asked.starts_with(prefix) ? asked.substr(prefix.size()) : asked;
    const auto is_told = [&](const ServiceStory& story) { return story.display == service.display(); };
    if (std::ranges::any_of(stories, is_told)) return;
    std::vector<Diagnostic> said = hearsay_.about(service.display());
    if (said.empty()) return;
    ServiceStory story;
    story.display = service.display();
    story.name = service.name;
    story.read = std::move(service);
    story.diagnostics = std::move(said);
    stories.push_back(std::move(story));
  }

  const Desired& desired_;
  std::vector<Service> services_;
  const Hearsay& hearsay_;
  transform::RuleBook rules_;
  std::set<std::string> names_;
};

}  // namespace

ExitCode run_why(Session& session) {
  const std::string asked = session.invocation.operand();
  if (asked.empty()) throw Error(ErrorKind::usage, "why: which service? Its name, SOURCE/SCOPE/NAME, or a host");
  Hearsay hearsay;
  Keeper keeper;
  // The findings of other services are none of this run.
  Context context{hearsay, session.context->progress, session.context->stop, session.environment};
  Session inner{session.invocation, session.environment, session.settings, session.out,
                session.report,     session.facts,       &context};
  const Desired desired = desired_manifests(inner, &keeper);
  session.context->check_interrupt();
  hearsay.tell_sources(session.report);
  session.report.show();

  Inquiry inquiry(session, desired, std::move(keeper.all), hearsay);
  const std::vector<ServiceStory> stories = inquiry.answer(asked);
  const bool complete = desired.gathered.complete() || session.settings.allow_partial;
  if (stories.empty()) {
    session.report.fail(fmt::format("no service or host {}{}{}", in_quotes(asked), did_you_mean(asked, inquiry.names()),
                                    complete ? "" : "; but a source was not read in full"));
    return complete ? ExitCode::findings : ExitCode::source;
  }
  const std::string& api_version = session.settings.api_version;
  if (session.settings.text_output == config::TextFormat::json) {
    write_stories_json(session.out, stories, api_version);
  } else {
    for (const ServiceStory& story : stories) {
      if (&story != &stories.front()) session.out.write("\n");
      write_story(session.out, story, api_version);
    }
  }
  session.out.flush();
  if (!complete) session.report.fail("a source was not read in full: another service may have the same host");
  return complete ? ExitCode::done : ExitCode::source;
}

}  // namespace r2i::commands
