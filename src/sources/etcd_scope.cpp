#include "sources/etcd_scope.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace r2i::sources::etcd {

namespace {

/// Of values of one service that are malformed: a layout that is not theirs makes all of them so.
constexpr std::size_t kMostShown = 5;

std::string subject_of(std::string_view service) {
  return fmt::format("service {}", in_quotes(service));
}

std::string_view folder_of(std::string_view key) {
  const auto slash = key.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : key.substr(0, slash);
}

}  // namespace

RootReader::RootReader(Session& session, const Root& root, const std::shared_ptr<const SourceInfo>& source,
                       const NameFilter& names, ServiceSink& services)
    : session_(session),
      root_(root),
      layout_(session.options().layout),
      scope_(std::make_shared<Scope>()),
      names_(names),
      services_(services) {
  scope_->source = source;
  scope_->name = root.name;
  state_.scope = scope_;
}

ScopeState RootReader::read() {
  const auto keys = RangeReader(session_, root_, scope_->display(), *this).read();
  if (keys) {
    settle_hidden();
    note_the_rest();
    judge_emptiness(*keys);
    for (auto& [identity, one] : found_) services_.service(std::move(one.service));
  } else {
    // Some pages of a service are not the service.
    start_over();
    problem(keys.error().code, "", keys.error().why);
  }
  report_all();
  return std::move(state_);
}

void RootReader::start_over() {
  found_.clear();
  wanted_.clear();
  ignored_.clear();
  folders_.clear();
  hidden_.clear();
  malformed_.clear();
  notes_.clear();
  state_.complete = true;
  state_.problems.clear();
}

void RootReader::key(std::string_view key, std::string value) {
  const std::string_view relative = key.substr(root_.prefix.size());
  KeyReading reading = layout_.read(relative, std::move(value), tree_);
  if (reading.kind == KeyReading::Kind::foreign) {
    Ignored& ignored = ignored_[reading.why];
    if (ignored.count++ == 0) ignored.example = key;
    return;
  }
  if (layout_.has_no_service()) reading.service = root_.service;
  if (reading.kind == KeyReading::Kind::malformed) return take_malformed(key, reading);
  if (!is_wanted(reading.service)) return;
  Found& one = found(reading.service, reading.group);
  one.repaired = one.repaired || reading.repaired;
  one.service.metadata = std::move(reading.service_metadata);
  std::ranges::move(reading.instances, std::back_inserter(one.service.instances));
  if (layout_.service_is_in_value()) folders_[std::string(folder_of(relative))].emplace(reading.service, reading.group);
}

bool RootReader::is_wanted(const std::string& service) {
  const auto known = wanted_.find(service);
  if (known != wanted_.end()) return known->second;
  const auto refusal = names_.refusal(service);
  if (refusal) notes_.push_back({Code::excluded_by_name, subject_of(service), std::string(*refusal)});
  return wanted_.emplace(service, !refusal).first->second;
}

RootReader::Found& RootReader::found(const std::string& name, const std::string& group) {
  const auto [at, is_new] = found_.try_emplace({name, group});
  Found& one = at->second;
  if (is_new) {
    one.service.name = name;
    one.service.group = group;
    one.service.scope = scope_;
  }
  return one;
}

/// Half of a service is not to be written: it would lose endpoints.
void RootReader::take_malformed(std::string_view key, const KeyReading& reading) {
  const std::string why = fmt::format("key {}: {}", in_quotes(key), reading.why);
  if (reading.service.empty()) {
    hidden_.emplace(folder_of(key.substr(root_.prefix.size())));
    note_malformed("", why);
  } else if (is_wanted(reading.service)) {
    found(reading.service, reading.group).service.complete = false;
    note_malformed(subject_of(reading.service), why);
  }
}

void RootReader::note_malformed(const std::string& subject, const std::string& why) {
  if (++malformed_[subject] <= kMostShown) problem(Code::entry_malformed, subject, why);
}

void RootReader::settle_hidden() {
  for (const std::string& folder : hidden_) {
    const auto at = folders_.find(folder);
    if (at == folders_.end()) continue;
    for (const Identity& identity : at->second) found_.at(identity).service.complete = false;
  }
  // Where the group stands in the value, a malformed one may be of any group.
  std::set<std::string_view> halved;
  for (const auto& [identity, one] : found_) {
    if (!one.service.complete && identity.second.empty()) halved.insert(identity.first);
  }
  for (auto& [identity, one] : found_) {
    if (halved.contains(identity.first)) one.service.complete = false;
  }
}

/// etcd cannot say whether there should be services: a prefix without any is a wrong one, a store that was lost, or the
/// truth.
void RootReader::judge_emptiness(std::uint64_t keys) {
  if (!wanted_.empty() || !hidden_.empty() || session_.options().trust_empty) return;
  if (keys == 0) {
    problem(Code::root_empty, "", "there is no key below the prefix");
  } else {
    problem(Code::root_empty, "",
            fmt::format("of {} below the prefix none is of the layout {}", counted(keys, "key"), layout_.name()));
  }
}

void RootReader::note_the_rest() {
  for (const auto& [subject, count] : malformed_) {
    if (count > kMostShown)
      problem(Code::entry_malformed, subject, fmt::format("{} more like these", counted(count - kMostShown, "key")));
  }
  for (const auto& [why, ignored] : ignored_) {
    const std::string_view example = ignored.example;
    const std::string text = ignored.count == 1 ? fmt::format("key {}: {}", in_quotes(example), why)
                                                : fmt::format("{}, {} for instance: {}", counted(ignored.count, "key"),
                                                              in_quotes(example), why);
    notes_.push_back({Code::key_ignored, "", text});
  }
  for (const auto& [identity, one] : found_) {
    if (one.repaired)
      notes_.push_back({Code::text_repaired, subject_of(identity.first), "bytes that are no UTF-8 became U+FFFD"});
  }
}

void RootReader::problem(Code code, const std::string& subject, const std::string& why) {
  state_.complete = false;
  state_.problems.push_back(subject.empty() ? why : fmt::format("{}: {}", subject, why));
  notes_.push_back({code, subject, why});
}

void RootReader::report_all() {
  for (const Note& note : notes_) {
    const std::string subject =
        note.subject.empty() ? scope_->display() : fmt::format("{} of {}", note.subject, scope_->display());
    session_.context().diagnostics.report(diagnose(note.code, subject, note.why));
  }
}

}  // namespace r2i::sources::etcd
