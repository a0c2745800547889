#include "net/multi.hpp"

#include "support/loopback_server.hpp"

#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <string>
#include <thread>

namespace r2i::net {
namespace {

using namespace std::chrono_literals;

constexpr auto kForever = 1h;  // the test would be stopped long before

std::size_t append(char* bytes, std::size_t size, std::size_t count, void* text) {
  static_cast<std::string*>(text)->append(bytes, size * count);
  return size * count;
}

TEST_CASE("multi: wake() ends a wait, one that has begun and one that has not") {
  Multi multi;
  multi.wake();
  multi.wait(kForever);
  std::thread waker([&] { multi.wake(); });
  multi.wait(kForever);
  waker.join();
  multi.wait(0ms);
  multi.perform();
  CHECK_FALSE(multi.next_finished().has_value());
}

TEST_CASE("multi: several transfers, one handle after another, need nothing but the events of their sockets") {
  const testing::LoopbackServer server([](const auto&) { return testing::reply(200, "ok"); });
  Multi multi;
  std::array<Easy, 3> handles;
  std::array<std::string, 3> bodies;
  for (std::size_t i = 0; i < handles.size(); ++i) {
    handles[i].set<CURLOPT_URL>(server.url("/"));
    handles[i].set<CURLOPT_PROXY>("");
    handles[i].set<CURLOPT_PRIVATE>(static_cast<void*>(&handles[i]));
    handles[i].set<CURLOPT_WRITEDATA>(static_cast<void*>(&bodies[i]));
    handles[i].set<CURLOPT_WRITEFUNCTION>(&append);
  }
  for (int round = 0; round < 2; ++round) {
    for (const Easy& handle : handles) multi.add(handle);
    for (std::size_t done = 0; done < handles.size();) {
      multi.perform();
      const auto finished = multi.next_finished();
      if (!finished) {
        multi.wait(kForever);
        continue;
      }
      CHECK(finished->code == CURLE_OK);
      multi.remove(*static_cast<Easy*>(finished->who));
      ++done;
    }
  }
  for (const std::string& body : bodies) CHECK(body == "okok");
}

}  // namespace
}  // namespace r2i::net
