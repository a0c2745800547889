#include "sources/nacos_thresholds.hpp"

#include "sources/nacos_instance.hpp"

#include <fmt/format.h>

#include <utility>

namespace r2i::sources::nacos {

namespace {

constexpr long kOk = 200;
constexpr long kForbidden = 403;

/// Where nothing else is known: all were called healthy, and with a threshold of 0 that means that none is.
void call_all_ill(std::vector<Instance>& instances) {
  for (Instance& instance : instances) {
    if (instance.health == Health::passing) instance.health = Health::critical;
  }
}

}  // namespace

void Thresholds::take(Found found) {
  const bool matters = found.protection_reached || may_be_protected(found.instances);
  if (!found.malformed.empty() || !matters) {
    target_.take(std::move(found), false);
  } else if (found.protect_threshold > 0) {
    const bool reached = protect(found.instances, found.protect_threshold);
    target_.take(std::move(found), reached);
  } else {
    doubtful_.push_back(std::move(found));
  }
}

void Thresholds::settle() {
  AskEach each(session_.client(), session_.window(), session_, session_.context(), *this, *target_.scope());
  each.run(doubtful_.size());
  doubtful_.clear();
}

net::HttpRequest Thresholds::question(std::size_t index) {
  const ServiceKey& key = doubtful_[index].key;
  return session_.request(service_path(api_), namespace_parameter(target_.id()) + service_query(key),
                          fmt::format("{}@@{}", key.group, key.name));
}

bool Thresholds::answered(std::size_t index, const net::HttpRequest& request, net::HttpAnswer answer) {
  Found& found = doubtful_[index];
  if (answer.status != kOk) {
    if (found.protection_reached && (is_absent(answer.status) || answer.status == kForbidden)) {
      // Nobody but an administrator is told: then it is as Nacos's clients see it.
      target_.take(std::move(found), true);
      return true;
    }
    unknown(found.key, describe_failure(request, answer));
    return true;
  }
  const auto threshold = parse_threshold(session_.cursor(), answer.body, packing_of(api_));
  if (!threshold) {
    unknown(found.key, session_.about(service_path(api_), threshold.error()));
    return true;
  }
  bool is_protected = false;
  if (!found.protection_reached) {
    is_protected = protect(found.instances, *threshold);
  } else if (*threshold > 0) {
    is_protected = true;
  } else {
    call_all_ill(found.instances);
  }
  target_.take(std::move(found), is_protected);
  return true;
}

void Thresholds::unanswered(std::size_t index, const std::string& why) {
  unknown(doubtful_[index].key, why);
}

void Thresholds::unknown(const ServiceKey& key, const std::string& why) {
  target_.lose(key, Code::service_unread, fmt::format("its protection threshold: {}", why));
}

}  // namespace r2i::sources::nacos
