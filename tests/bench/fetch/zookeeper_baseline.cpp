// What ZooKeeper's C client needs to read every node below a root, SERVICE/ID, with as many requests on their way as
// registry2istio has, and nothing done with what comes: zookeeper_baseline HOST:PORT ROOT WINDOW
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <zookeeper/zookeeper.h>

namespace {

struct Item {
  int folders;  ///< how many levels of folders there are from here on
  std::string path;
};

std::mutex lock;
std::condition_variable news;
std::deque<Item> wanted;
long in_flight = 0;
long nodes = 0;
long bytes = 0;
bool failed = false;
bool connected = false;

std::unique_ptr<Item> item_of(const void* data) {
  return std::unique_ptr<Item>(static_cast<Item*>(const_cast<void*>(data)));
}

void on_event(zhandle_t* /*handle*/, int /*type*/, int state, const char* /*path*/, void* /*context*/) {
  const std::lock_guard guard(lock);
  connected = state == ZOO_CONNECTED_STATE;
  news.notify_one();
}

void on_children(int rc, const String_vector* names, const Stat* /*stat*/, const void* data) {
  const auto item = item_of(data);
  const std::lock_guard guard(lock);
  failed = failed || rc != ZOK;
  for (int i = 0; rc == ZOK && i < names->count; ++i)
    wanted.push_back({item->folders - 1, item->path + "/" + names->data[i]});
  --in_flight;
  news.notify_one();
}

void on_data(int rc, const char* /*value*/, int length, const Stat* /*stat*/, const void* data) {
  const auto item = item_of(data);
  const std::lock_guard guard(lock);
  failed = failed || rc != ZOK;
  ++nodes;
  bytes += length;
  --in_flight;
  news.notify_one();
}

}  // namespace

int main(int count, char** words) {
  if (count != 4) return 2;
  const long window = std::atol(words[3]);
  zoo_set_debug_level(ZOO_LOG_LEVEL_ERROR);
  zhandle_t* handle = zookeeper_init(words[1], on_event, 30000, nullptr, nullptr, 0);
  if (handle == nullptr) return 1;
  std::unique_lock guard(lock);
  news.wait(guard, [] { return connected; });
  wanted.push_back({2, words[2]});
  while (!failed && (!wanted.empty() || in_flight > 0)) {
    while (!wanted.empty() && in_flight < window) {
      auto item = std::make_unique<Item>(std::move(wanted.front()));
      wanted.pop_front();
      ++in_flight;
      guard.unlock();
      const int rc = item->folders > 0 ? zoo_aget_children2(handle, item->path.c_str(), 0, on_children, item.get())
                                       : zoo_aget(handle, item->path.c_str(), 0, on_data, item.get());
      if (rc == ZOK) (void)item.release();
      guard.lock();
      failed = failed || rc != ZOK;
    }
    if (!failed && in_flight > 0) news.wait(guard);
  }
  guard.unlock();
  zookeeper_close(handle);
  std::printf("%ld nodes, %ld bytes\n", nodes, bytes);
  return failed ? 1 : 0;
}
