#include "config/effective.hpp"

#include "config/keys.hpp"

#include <fmt/format.h>

#include <utility>

namespace r2i::config {

namespace {

EffectiveSetting default_of(std::string path, const SettingInfo& info) {
  EffectiveSetting setting;
  setting.path = std::move(path);
  setting.shape = shape_of(info);
  // A switch has no default in the help.
  setting.values = {info.metavar.empty() ? "false" : std::string(info.fallback)};
  return setting;
}

EffectiveSetting setting_of(std::string path, const GivenSetting& given) {
  EffectiveSetting setting;
  setting.path = std::move(path);
  setting.shape = shape_of(*given.info);
  // What is typed twice counts as typed last, unless it is a list.
  if (setting.shape == Shape::list || given.values.empty()) {
    setting.values = given.values;
  } else {
    setting.values = {given.last()};
  }
  setting.pairs = given.pairs;
  setting.metadata_key = given.metadata_key;
  setting.origin = given.place.where();
  return setting;
}

class Lister {
 public:
  Lister(const Draft& draft, const TypedSetting& typed) : draft_(draft), typed_(typed) {}

  std::vector<EffectiveSetting> list() {
    single("config", setting_info("config"), nullptr);
    names("include", draft_.include);
    names("exclude", draft_.exclude);
    for (const std::string_view key : conversion_keys())
      single(fmt::format("defaults.{}", key), setting_info(key), find(draft_.defaults, key));
    for (const SourceDraft& source : draft_.sources)
      several(fmt::format("sources.{}.defaults", source.name), source.defaults);
    for (const RuleDraft& rule : draft_.rules) this->rule(rule);
    for (const std::string_view key : output_keys())
      single(fmt::format("output.{}", key), setting_info(key), find(draft_.output, key));
    for (EffectiveSetting& setting : list_) redact(setting);
    return std::move(list_);
  }

 private:
  static const GivenSetting* find(const SettingMap& settings, std::string_view key) {
    const auto found = settings.find(key);
    return found == settings.end() ? nullptr : &found->second;
  }

  /// A setting that has one value for all: what is typed, else what a file says, else the default.
  void single(std::string path, const SettingInfo& info, const GivenSetting* filed) {
    if (const auto typed = typed_(info)) {
      list_.push_back(setting_of(std::move(path), *typed));
    } else if (filed != nullptr) {
      list_.push_back(setting_of(std::move(path), *filed));
    } else {
      list_.push_back(default_of(std::move(path), info));
    }
  }

  /// Which services there are, and of those the ones that this run is about: both hold.
  void names(const std::string& key, const std::optional<SourceDraft::Value>& filed) {
    const SettingInfo& info = setting_info(key);
    const auto typed = typed_(info);
    if (filed) list_.push_back({key, Shape::list, filed->texts, {}, {}, filed->place.where(), {}});
    if (typed) list_.push_back(setting_of(key, *typed));
    if (!filed && !typed) list_.push_back(default_of(key, info));
  }

  /// Settings for some services: what is typed holds for all of them, and wins.
  void several(const std::string& path, const SettingMap& settings) {
    for (const std::string_view key : conversion_keys()) {
      const GivenSetting* given = find(settings, key);
      if (given == nullptr) continue;
      list_.push_back(setting_of(fmt::format("{}.{}", path, key), *given));
      if (const auto typed = typed_(*given->info)) list_.back().overridden_by = typed->place.where();
    }
  }

  void rule(const RuleDraft& rule) {
    const std::string path = fmt::format("rules.{}", rule.name);
    for (const SaidMatch& said : rule.said) {
      list_.push_back(
          {fmt::format("{}.match.{}", path, said.key), Shape::list, said.texts, {}, {}, said.place.where(), {}});
    }
    several(path + ".set", rule.set);
  }

  const Draft& draft_;
  const TypedSetting& typed_;
  std::vector<EffectiveSetting> list_;
};

}  // namespace

std::vector<EffectiveSetting> effective_settings(const Draft& draft, const TypedSetting& typed) {
  return Lister(draft, typed).list();
}

}  // namespace r2i::config
