#include "transform/locality.hpp"

#include "base/text.hpp"
#include "support/choices.hpp"
#include "support/services.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace r2i::transform {
namespace {

TEST_CASE("locality: the instance's own, else the datacenter, at most three parts, none empty") {
  struct Row {
    std::string own;
    std::string datacenter;
    std::string locality;
  };
  const std::vector<Row> rows = {
      {"", "dc1", "dc1"},
      {"", "", ""},
      {"us-west-1", "dc1", "us-west-1"},
      {"us-west-1/us-west-1a", "dc1", "us-west-1/us-west-1a"},
      {"r/z/s", "dc1", "r/z/s"},
      {"r/z/s/more", "dc1", "r/z/s"},
      {"r//s", "dc1", "r"},
      {"r/", "dc1", "r"},
      {" r / z ", "dc1", "r/z"},
      {"r/*/s", "dc1", "r/-/s"},
      {"r\n/z\t", "dc1", "r/z"},
      {"a\nb", "dc1", "a-b"},
      {"ü", "dc1", "ü"},
      {std::string(200, 'r') + "/z", "dc1", std::string(128, 'r') + "/z"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.own);
    Instance instance;
    instance.locality = row.own;
    const Service service = testing::a_service("pay", {instance}, testing::a_scope("consul", row.datacenter));
    CHECK(locality_of(service, service.instances[0], {}) == row.locality);
  }
}

TEST_CASE("locality: is clean text, wherever it is cut") {
  for (std::size_t length = 120; length < 132; ++length) {
    Instance instance;
    instance.locality = std::string(length, 'r') + "☃☃/\x01z";
    const Service service = testing::a_service("pay", {instance});
    CHECK(is_clean_text(locality_of(service, service.instances[0], {})));
  }
}

}  // namespace
}  // namespace r2i::transform
