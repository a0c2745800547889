#include "model/shared.hpp"

#include "model/service.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace r2i {
namespace {

TEST_CASE("shared: copies are one in memory, equals are equal") {
  const SharedPairs one = {{"a", "1"}, {"b", "2"}};
  const SharedPairs copy = one;
  const SharedPairs equal = Pairs{{"a", "1"}, {"b", "2"}};
  CHECK(copy.is(one));
  CHECK_FALSE(equal.is(one));
  CHECK(equal == one);
  CHECK(one != SharedPairs{{"a", "1"}});
  CHECK((SharedPairs{{"a", "1"}} < one));
  CHECK(one.size() == 2);
  CHECK(one.begin()->second == "1");
  const Pairs& pairs = one;
  CHECK(&pairs == &copy.get());
}

TEST_CASE("shared: what is empty is one, however it came about") {
  const SharedText none;
  CHECK(none.empty());
  CHECK(none.get().empty());
  CHECK(none.size() == 0);
  for (const SharedText& text : {SharedText(""), SharedText(std::string()), SharedText(std::string_view(none).data())})
    CHECK(text.is(none));
  CHECK(SharedPairs{}.is(SharedPairs(Pairs())));
  CHECK(none < SharedText("a"));
}

TEST_CASE("shared: another value does not change the copies") {
  SharedText text = "a";
  const SharedText copy = text;
  text = "b";
  CHECK(std::string_view(copy) == "a");
  CHECK(text.get() == "b");
  text = {};
  CHECK(text.empty());
}

TEST_CASE("shared: a change is of one's own copy alone") {
  const SharedList one = {"b", "a"};
  SharedList other = one;
  other.change(std::ranges::sort);
  CHECK(other.get() == std::vector<std::string>{"a", "b"});
  CHECK(one.get() == std::vector<std::string>{"b", "a"});
  SharedList none;
  none.change([](auto& texts) { texts.push_back("c"); });
  CHECK(none[0] == "c");
  none.change([](auto& texts) { texts.clear(); });
  CHECK(none.is({}));
}

TEST_CASE("shared: what is alike, one after the other, is one") {
  Alike<std::vector<int>> alike;
  CHECK(alike.share({}).empty());
  const Shared<std::vector<int>> first = alike.share({1, 2});
  const Shared<std::vector<int>> second = alike.share({1, 2});
  CHECK(second.is(first));
  const Shared<std::vector<int>> third = alike.share({1});
  CHECK(third.get() == std::vector<int>{1});
  CHECK(first.get() == std::vector<int>{1, 2});
}

}  // namespace
}  // namespace r2i
