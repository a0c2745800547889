#include "base/environment.hpp"

#include "base/error.hpp"
#include "base/secret.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <string>

namespace r2i {
namespace {

TEST_CASE("environment: an empty variable counts as unset") {
  const Environment environment({{"A", "1"}, {"EMPTY", ""}});
  CHECK(environment.get("A") == "1");
  CHECK_FALSE(environment.get("EMPTY"));
  CHECK_FALSE(environment.get("MISSING"));
  CHECK_FALSE(Environment().get("A"));
}

TEST_CASE("environment: the process's own, read once") {
  ::setenv("R2I_TEST_VARIABLE", "a=b", 1);
  const Environment environment = Environment::of_process();
  ::unsetenv("R2I_TEST_VARIABLE");
  CHECK(environment.get("R2I_TEST_VARIABLE") == "a=b");
  CHECK_FALSE(Environment::of_process().get("R2I_TEST_VARIABLE"));
}

TEST_CASE("error: gains context on the way up and keeps its kind") {
  const Error error = Error(ErrorKind::usage, "not a number").with_context("port").with_context("source");
  CHECK(std::string(error.what()) == "source: port: not a number");
  CHECK(error.kind() == ErrorKind::usage);
}

TEST_CASE("secret: is compared, and revealed only when asked") {
  CHECK(Secret().empty());
  CHECK(Secret("a") == Secret("a"));
  CHECK_FALSE(Secret("a") == Secret("b"));
  CHECK(Secret("a").reveal() == "a");
}

}  // namespace
}  // namespace r2i
