#include "transform/marks.hpp"

#include "base/natural_order.hpp"
#include "base/text.hpp"
#include "model/check.hpp"
#include "model/codes.hpp"
#include "model/legal_label.hpp"
#include "model/list_mark.hpp"
#include "transform/variables.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace r2i::transform {

namespace {

/// Row 16.
std::string clean(const Service& service, std::string_view what, const std::string& text, Diagnostics& diagnostics) {
  if (is_clean_text(text)) return text;
  diagnostics.report(diagnose(Code::text_replaced, service.display(), fmt::format("in its {}", what)));
  return clean_text(text);
}

/// Adds what the configuration gives.
void add(Pairs& pairs, const TextMap& more, std::string (*legal)(std::string_view)) {
  if (more.empty()) return;
  for (const auto& [key, value] : more) {
    std::erase_if(pairs, [&](const auto& pair) { return pair.first == key; });
    pairs.emplace_back(key, legal(value));
  }
  sort_keys(pairs);
}

std::string legal_value(std::string_view text) {
  return is_label_value(text) ? std::string(text) : legal_label_text(text);
}

/// Whether the host tells the name, which the annotation then need not.
bool tells_name(const std::string& host, const std::string& name) {
  return host == name || host.starts_with(name + ".");
}

void mark_origin(ObjectMeta& meta, const Service& service, Diagnostics& diagnostics) {
  meta.annotations.emplace_back(mark::kScope, clean(service, "scope", service.scope->name, diagnostics));
  if (tells_name(meta.name, service.name)) return;
  meta.annotations.emplace_back(mark::kService, clean(service, "name", service.name, diagnostics));
}

/// Of merged sources: all scopes and all names.
void mark_origins(ObjectMeta& meta, std::span<const Prepared* const> parts, Diagnostics& diagnostics) {
  std::vector<std::string> scopes;
  std::vector<std::string> names;
  for (const Prepared* part : parts) {
    const Service& service = part->service;
    scopes.push_back(clean(service, "scope", service.scope->display(), diagnostics));
    names.push_back(clean(service, "name", service.name, diagnostics));
  }
  meta.annotations.emplace_back(mark::kMergedFrom, list_mark(std::move(scopes)));
  meta.annotations.emplace_back(mark::kScope, mark::kMergedScope);
  const std::string first_label = meta.name.substr(0, meta.name.find('.'));
  if (std::ranges::all_of(names, [&](const std::string& name) { return name == first_label; })) return;
  meta.annotations.emplace_back(mark::kService, list_mark(std::move(names)));
}

}  // namespace

ObjectMeta meta_of(const Whole& whole, Diagnostics& diagnostics) {
  const SourceInfo& source = *whole.parts.front()->service.scope->source;
  ObjectMeta meta;
  meta.name = whole.parts.front()->host;
  meta.nspace = value_or(whole.choices.nspace, std::string());
  meta.labels = {{std::string(mark::kManagedBy), std::string(mark::kManager)},
                 {std::string(mark::kOwner), whole.owner},
                 {std::string(mark::kSource), source.merge.empty() ? source.name : source.merge}};
  if (source.merge.empty()) {
    mark_origin(meta, whole.service, diagnostics);
  } else {
    mark_origins(meta, whole.parts, diagnostics);
  }
  // Of a key that several parts give, the first one's counts.
  for (auto part = whole.parts.rbegin(); part != whole.parts.rend(); ++part) {
    const Choices& choices = (*part)->choices.service;
    add(meta.labels, filled_maps(choices.object_labels, (*part)->service), legal_value);
    add(meta.annotations, filled_maps(choices.object_annotations, (*part)->service), clean_text);
  }
  return meta;
}

}  // namespace r2i::transform
