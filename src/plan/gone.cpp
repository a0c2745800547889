#include "plan/gone.hpp"

#include "base/natural_order.hpp"
#include "base/timestamp.hpp"

namespace r2i::plan {

std::optional<Time> gone_since(const Manifest& entry) {
  if (!std::get<ServiceEntry>(entry).endpoints.empty()) return std::nullopt;
  const auto mark = find_value(meta_of(entry).annotations, mark::kGoneSince);
  return mark ? parse_timestamp(*mark) : std::nullopt;
}

Manifest emptied(Manifest entry, Time now) {
  auto& service_entry = std::get<ServiceEntry>(entry);
  service_entry.endpoints.clear();
  service_entry.resolution = Resolution::static_;
  auto& annotations = service_entry.meta.annotations;
  std::erase_if(annotations, [](const auto& annotation) { return annotation.first == mark::kGoneSince; });
  annotations.emplace_back(mark::kGoneSince, timestamp(now));
  sort_keys(annotations);
  return entry;
}

}  // namespace r2i::plan
