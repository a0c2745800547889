#include "sources/keyed_services.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace r2i::sources {

namespace {

/// Of values of one service that are malformed: a layout that is not theirs makes all of them so.
constexpr std::size_t kMostShown = 5;
constexpr std::size_t kUsual = 8;  // instances of a service

std::string_view folder_of(std::string_view key) {
  const auto slash = key.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : key.substr(0, slash);
}

}  // namespace

KeyedServices::KeyedServices(const std::shared_ptr<const SourceInfo>& source, std::string scope,
                             std::string only_service, const KeyLayout& layout, const NameFilter& names,
                             const KeyWords& words)
    : scope_(std::make_shared<Scope>()),
      only_service_(std::move(only_service)),
      layout_(layout),
      names_(names),
      words_(words) {
  scope_->source = source;
  scope_->name = std::move(scope);
  state_.scope = scope_;
}

std::string KeyedServices::subject_of(std::string_view service) {
  return fmt::format("service {}", in_quotes(service));
}

ScopeState KeyedServices::finish(std::uint64_t keys, bool trust_empty, Context& context, ServiceSink& services) {
  settle_hidden();
  note_the_rest();
  if (!trust_empty) judge_emptiness(keys);
  for (auto& [identity, one] : found_) services.service(std::move(one.service));
  report_all(context);
  return std::move(state_);
}

ScopeState KeyedServices::fail(const Fault& fault, Context& context) {
  start_over();
  problem(fault.code, "", fault.why);
  report_all(context);
  return std::move(state_);
}

void KeyedServices::start_over() {
  last_ = nullptr;
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

void KeyedServices::take(std::string_view key, std::string_view relative, KeyReading reading) {
  if (reading.kind == KeyReading::Kind::foreign) {
    Ignored& ignored = ignored_[reading.why];
    if (ignored.count++ == 0) ignored.example = key;
    return;
  }
  if (layout_.has_no_service()) reading.service = only_service_;
  if (reading.kind == KeyReading::Kind::malformed) return take_malformed(key, relative, reading);
  if (!is_wanted(reading.service)) return;
  Found& one = found(reading.service, reading.group);
  one.repaired = one.repaired || reading.repaired;
  one.service.metadata = std::move(reading.service_metadata);
  auto& instances = one.service.instances;
  if (instances.size() == 1) instances.reserve(kUsual);  // where there are two there are more
  std::ranges::move(reading.instances, std::back_inserter(instances));
  if (layout_.service_is_in_value()) folders_[std::string(folder_of(relative))].emplace(reading.service, reading.group);
}

bool KeyedServices::is_wanted(const std::string& service) {
  if (last_ != nullptr && last_->service.name == service) return true;
  const auto known = wanted_.find(service);
  if (known != wanted_.end()) return known->second;
  const auto refusal = names_.refusal(service);
  if (refusal) note(Code::excluded_by_name, subject_of(service), std::string(*refusal));
  return wanted_.emplace(service, !refusal).first->second;
}

KeyedServices::Found& KeyedServices::found(const std::string& name, const std::string& group) {
  if (last_ != nullptr && last_->service.name == name && last_->service.group == group) return *last_;
  const auto [at, is_new] = found_.try_emplace({name, group});
  Found& one = at->second;
  last_ = &one;
  if (is_new) {
    one.service.name = name;
    one.service.group = group;
    one.service.scope = scope_;
  }
  return one;
}

Service& KeyedServices::service(const std::string& name, const std::string& group) {
  return found(name, group).service;
}

/// Half of a service is not to be written: it would lose endpoints.
void KeyedServices::take_malformed(std::string_view key, std::string_view relative, const KeyReading& reading) {
  const std::string why = fmt::format("{} {}: {}", words_.key, in_quotes(key), reading.why);
  if (reading.service.empty()) {
    hidden_.emplace(folder_of(relative));
    note_malformed("", why);
  } else if (is_wanted(reading.service)) {
    found(reading.service, reading.group).service.complete = false;
    note_malformed(subject_of(reading.service), why);
  }
}

void KeyedServices::note_malformed(const std::string& subject, const std::string& why) {
  if (++malformed_[subject] <= kMostShown) problem(Code::entry_malformed, subject, why);
}

void KeyedServices::settle_hidden() {
  for (const std::string& folder : hidden_) {
    const auto at = folders_.find(folder);
    if (at == folders_.end()) continue;
    for (const Identity& identity : at->second) {
      Service& service = found_.at(identity).service;
      if (!std::exchange(service.complete, false)) continue;
      problem(Code::entry_malformed, subject_of(service.name),
              fmt::format("a malformed {} beside its own may be one of its instances", words_.key));
    }
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

/// Keys cannot say whether there should be services: a root without any is a wrong one, a store that was lost, or the
/// truth.
void KeyedServices::judge_emptiness(std::uint64_t keys) {
  if (has_any()) return;
  if (keys == 0) {
    problem(words_.empty, "", fmt::format("there is no {} below the {}", words_.key, words_.root));
  } else {
    problem(words_.empty, "",
            fmt::format("of {} below the {} none is of the layout {}", counted(keys, words_.key), words_.root,
                        layout_.name()));
  }
}

void KeyedServices::note_the_rest() {
  for (const auto& [subject, count] : malformed_) {
    if (count > kMostShown)
      problem(Code::entry_malformed, subject,
              fmt::format("{} more like these", counted(count - kMostShown, words_.key)));
  }
  for (const auto& [why, ignored] : ignored_) {
    const std::string_view example = ignored.example;
    const std::string text =
        ignored.count == 1
            ? fmt::format("{} {}: {}", words_.key, in_quotes(example), why)
            : fmt::format("{}, {} for instance: {}", counted(ignored.count, words_.key), in_quotes(example), why);
    note(Code::key_ignored, "", text);
  }
  for (const auto& [identity, one] : found_) {
    if (one.repaired) note(Code::text_repaired, subject_of(identity.first), "bytes that are no UTF-8 became U+FFFD");
  }
}

void KeyedServices::problem(Code code, const std::string& subject, const std::string& why) {
  state_.complete = false;
  state_.problems.push_back(subject.empty() ? why : fmt::format("{}: {}", subject, why));
  note(code, subject, why);
}

void KeyedServices::note(Code code, const std::string& subject, const std::string& why) {
  notes_.push_back({code, subject, why});
}

void KeyedServices::report_all(Context& context) {
  for (const Note& one : notes_) {
    const std::string subject =
        one.subject.empty() ? scope_->display() : fmt::format("{} of {}", one.subject, scope_->display());
    context.diagnostics.report(diagnose(one.code, subject, one.why));
  }
}

}  // namespace r2i::sources
