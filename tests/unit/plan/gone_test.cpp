#include "plan/gone.hpp"

#include "base/timestamp.hpp"
#include "support/planning.hpp"

#include <doctest/doctest.h>

#include <string>

namespace r2i::plan {
namespace {

using testing::service_entry;

const Time kNow = parse_timestamp("2026-01-02T03:04:05Z").value();

TEST_CASE("emptied: no endpoints, STATIC, marked with the time, and all else as it was") {
  ServiceEntry entry = service_entry("pay", {"10.0.0.1"});
  entry.resolution = Resolution::dns;
  ServiceEntry expected = entry;
  expected.endpoints.clear();
  expected.resolution = Resolution::static_;
  expected.meta.annotations = {{"registry2istio.io/gone-since", "2026-01-02T03:04:05Z"},
                               {"registry2istio.io/scope", "dc1"}};
  CHECK((std::get<ServiceEntry>(emptied(entry, kNow)) == expected));
}

TEST_CASE("emptied: an older mark is replaced") {
  ServiceEntry entry = service_entry("pay", {"10.0.0.1"});
  entry.meta.annotations.emplace_back(mark::kGoneSince, "long ago");
  const Manifest empty = emptied(entry, kNow);
  CHECK(meta_of(empty).annotations.size() == 2);
  CHECK(find_value(meta_of(empty).annotations, mark::kGoneSince) == "2026-01-02T03:04:05Z");
}

TEST_CASE("gone since: the time of the mark, of an entry without endpoints") {
  ServiceEntry entry = service_entry("pay", {});
  CHECK_FALSE(gone_since(entry));
  const Manifest empty = emptied(entry, kNow);
  REQUIRE(gone_since(empty));
  CHECK((*gone_since(empty) == kNow));
  auto refilled = std::get<ServiceEntry>(empty);
  refilled.endpoints = service_entry("pay", {"10.0.0.1"}).endpoints;
  CHECK_FALSE(gone_since(refilled));
}

TEST_CASE("gone since: a mark that nobody can read is none") {
  for (const std::string text : {"", "yesterday", "2026-01-02", "1767323045"}) {
    ServiceEntry entry = service_entry("pay", {});
    entry.meta.annotations.emplace_back(mark::kGoneSince, text);
    CAPTURE(text);
    CHECK_FALSE(gone_since(entry));
  }
}

}  // namespace
}  // namespace r2i::plan
