#include "model/clashes.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

namespace r2i {
namespace {

PlacedObject entry(std::string nspace, std::string name, std::vector<std::string> hosts,
                   std::vector<std::string> export_to = {}) {
  return {"f.yaml",
          {{7, 1}, {std::move(nspace), "ServiceEntry", std::move(name)}, std::move(hosts), std::move(export_to)}};
}

/// The indices of the objects that clash with earlier ones.
std::string clashing(const std::vector<PlacedObject>& objects) {
  std::string text;
  for (const Clash& one : find_clashes(objects)) text += (text.empty() ? "" : " ") + std::to_string(one.object);
  return text;
}

TEST_CASE("clashes: twins") {
  const std::vector<std::string> host = {"a.b"};
  struct Row {
    std::string_view what;
    PlacedObject first;
    PlacedObject second;
    bool clash;
  };
  for (const Row& row : {
           Row{"in one namespace", entry("n", "a", host), entry("n", "b", host), true},
           Row{"in two, seen by all", entry("n", "a", host), entry("m", "b", host), true},
           Row{"in two, one is its own namespace's", entry("n", "a", host, {"."}), entry("m", "b", host), true},
           Row{"in two, each its own namespace's", entry("n", "a", host, {"."}), entry("m", "b", host, {"."}), false},
           Row{"in two, with a common guest", entry("n", "a", host, {".", "x"}), entry("m", "b", host, {"x"}), true},
           Row{"in two, one a guest of the other", entry("n", "a", host, {"m"}), entry("m", "b", host, {"."}), true},
           Row{"in two, without a common guest", entry("n", "a", host, {"x"}), entry("m", "b", host, {"y"}), false},
           Row{"seen by nobody", entry("n", "a", host, {"~"}), entry("m", "b", host), false},
           Row{"seen by nobody, in one namespace", entry("n", "a", host, {"~"}), entry("n", "b", host), true},
           Row{"in another case, with a dot", entry("n", "a", host), entry("n", "b", {"A.B."}), true},
           Row{"another host", entry("n", "a", host), entry("n", "b", {"a.c"}), false},
           Row{"one of several hosts", entry("n", "a", {"x.y", "a.b"}), entry("n", "b", host), true},
       }) {
    CAPTURE(row.what);
    CHECK(clashing({row.first, row.second}) == (row.clash ? "1" : ""));
    CHECK(clashing({row.second, row.first}) == (row.clash ? "1" : ""));
  }
}

TEST_CASE("clashes: a host twice in one object") {
  CHECK(clashing({entry("n", "a", {"a.b", "c.d", "a.b"})}) == "0");
}

TEST_CASE("clashes: one name twice is told once") {
  const auto clashes =
      find_clashes(std::vector{entry("n", "a", {"a.b"}), entry("n", "a", {"a.b"}), entry("m", "a", {})});
  REQUIRE(clashes.size() == 1);
  CHECK(clashes[0].object == 1);
  CHECK(clashes[0].text ==
        "ServiceEntry n/a: is also in f.yaml:7: whichever is applied last overwrites the other; remove one");
}

TEST_CASE("clashes: of a third twin the first one is named") {
  const auto clashes =
      find_clashes(std::vector{entry("n", "a", {"h"}), entry("n", "b", {"h"}), entry("n", "c", {"h"})});
  REQUIRE(clashes.size() == 2);
  CHECK(clashes[1].text.find("\"h\" is also in ServiceEntry n/a (f.yaml:7)") != std::string::npos);
}

}  // namespace
}  // namespace r2i
