// Creates the nodes that its standard input names, one a line: PATH, a tab, DATA. zookeeper_writer HOST:PORT
#include <condition_variable>
#include <iostream>
#include <mutex>
#include <string>
#include <zookeeper/zookeeper.h>

namespace {

constexpr int kWindow = 200;

std::mutex lock;
std::condition_variable news;
int in_flight = 0;
bool failed = false;
bool connected = false;

void on_event(zhandle_t* /*handle*/, int /*type*/, int state, const char* /*path*/, void* /*context*/) {
  const std::lock_guard guard(lock);
  connected = state == ZOO_CONNECTED_STATE;
  news.notify_one();
}

void on_created(int rc, const char* /*value*/, const void* /*data*/) {
  const std::lock_guard guard(lock);
  failed = failed || rc != ZOK;
  --in_flight;
  news.notify_one();
}

}  // namespace

int main(int count, char** words) {
  if (count != 2) return 2;
  zoo_set_debug_level(ZOO_LOG_LEVEL_ERROR);
  zhandle_t* handle = zookeeper_init(words[1], on_event, 30000, nullptr, nullptr, 0);
  if (handle == nullptr) return 1;
  std::unique_lock guard(lock);
  std::string line;
  while (!failed && std::getline(std::cin, line)) {
    const auto tab = line.find('\t');
    if (tab == std::string::npos) return 2;
    news.wait(guard, [] { return connected && in_flight < kWindow; });
    ++in_flight;
    guard.unlock();
    const std::string path = line.substr(0, tab);
    const std::string data = line.substr(tab + 1);
    const int rc = zoo_acreate(handle, path.c_str(), data.data(), static_cast<int>(data.size()), &ZOO_OPEN_ACL_UNSAFE,
                               0, on_created, nullptr);
    guard.lock();
    failed = failed || rc != ZOK;
  }
  news.wait(guard, [] { return in_flight == 0; });
  guard.unlock();
  zookeeper_close(handle);
  return failed ? 1 : 0;
}
