// The yardstick of the benchmarks of a cluster: libcurl's multi interface with nothing around it. Sends the requests of
// a file, over one HTTP/2 connection where there is TLS, and throws the answers away. An answer that is no success ends
// it. Usage: bare_loop REQUESTS [CA_FILE [TOKEN]]
//
// REQUESTS: `batch N ENCODING` before requests of which N are to be in flight (`-`: the answers may not be compressed),
// and each request as `METHOD LENGTH URL`, a line break and LENGTH bytes of body.
#include <curl/curl.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

namespace {

struct Request {
  std::string method;
  std::string url;
  std::string body;
};

struct Batch {
  std::size_t at_once = 1;
  std::string encoding;
  std::vector<Request> requests;
};

struct Credentials {
  const char* ca_file = nullptr;
  std::string authorization;
};

[[noreturn]] void fail(const std::string& why) {
  std::fprintf(stderr, "bare_loop: %s\n", why.c_str());
  std::exit(1);
}

std::vector<Batch> read_batches(const char* path) {
  std::ifstream file(path, std::ios::binary);
  std::vector<Batch> batches;
  std::string word;
  std::size_t number = 0;
  std::string last;
  while (file >> word >> number >> last) {
    file.get();
    if (word == "batch") {
      batches.push_back({number, last == "-" ? "identity" : last, {}});
    } else {
      std::string body(number, '\0');
      file.read(body.data(), static_cast<std::streamsize>(number));
      batches.back().requests.push_back({word, last, std::move(body)});
    }
  }
  if (batches.empty()) fail(std::string("no requests in ") + path);
  return batches;
}

std::size_t throw_away(char* /*bytes*/, std::size_t size, std::size_t count, void* /*nobody*/) {
  return size * count;
}

using Easy = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;

class Loop {
 public:
  explicit Loop(const Credentials& credentials) : credentials_(credentials), multi_(curl_multi_init()) {
    headers_ = curl_slist_append(headers_, "Accept: application/json");
    if (!credentials.authorization.empty()) {
      headers_ = curl_slist_append(headers_, credentials.authorization.c_str());
    }
    patch_headers_ = curl_slist_append(patch_headers_, "Content-Type: application/apply-patch+yaml");
    for (const curl_slist* line = headers_; line != nullptr; line = line->next) {
      patch_headers_ = curl_slist_append(patch_headers_, line->data);
    }
    curl_multi_setopt(multi_, CURLMOPT_PIPELINING, static_cast<long>(CURLPIPE_MULTIPLEX));
  }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  ~Loop() {
    handles_.clear();
    curl_multi_cleanup(multi_);
    curl_slist_free_all(headers_);
    curl_slist_free_all(patch_headers_);
  }

  void run(const Batch& batch) {
    const bool tls = batch.requests.front().url.starts_with("https:");
    curl_multi_setopt(multi_, CURLMOPT_MAX_HOST_CONNECTIONS, tls ? 1L : 0L);
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(batch.at_once));
    while (handles_.size() < batch.at_once) handles_.push_back(new_handle());
    std::size_t sent = 0;
    std::size_t done = 0;
    while (sent < batch.requests.size() && sent < batch.at_once) start(handles_[sent].get(), batch, sent), ++sent;
    while (true) {
      int running = 0;
      curl_multi_perform(multi_, &running);
      int left = 0;
      bool any = false;
      while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
        CURL* handle = message->easy_handle;
        check(handle, message->data.result);
        curl_multi_remove_handle(multi_, handle);
        any = true;
        ++done;
        if (sent < batch.requests.size()) start(handle, batch, sent++);
      }
      if (done == batch.requests.size()) return;
      if (!any) curl_multi_poll(multi_, nullptr, 0, 1000, nullptr);
    }
  }

 private:
  Easy new_handle() {
    Easy handle(curl_easy_init(), curl_easy_cleanup);
    curl_easy_setopt(handle.get(), CURLOPT_WRITEFUNCTION, throw_away);
    curl_easy_setopt(handle.get(), CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle.get(), CURLOPT_PROXY, "");
    curl_easy_setopt(handle.get(), CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
    curl_easy_setopt(handle.get(), CURLOPT_PIPEWAIT, 1L);
    curl_easy_setopt(handle.get(), CURLOPT_CAPATH, nullptr);
    if (credentials_.ca_file != nullptr) curl_easy_setopt(handle.get(), CURLOPT_CAINFO, credentials_.ca_file);
    return handle;
  }

  void start(CURL* handle, const Batch& batch, std::size_t index) {
    const Request& request = batch.requests[index];
    curl_easy_setopt(handle, CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(handle, CURLOPT_ACCEPT_ENCODING, batch.encoding.c_str());
    if (request.method == "GET") {
      curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers_);
      curl_easy_setopt(handle, CURLOPT_HTTPGET, 1L);
    } else {
      curl_easy_setopt(handle, CURLOPT_HTTPHEADER, patch_headers_);
      curl_easy_setopt(handle, CURLOPT_POST, 1L);
      curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE, static_cast<long>(request.body.size()));
      curl_easy_setopt(handle, CURLOPT_POSTFIELDS, request.body.data());
      curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, request.method.c_str());
    }
    curl_multi_add_handle(multi_, handle);
  }

  static void check(CURL* handle, CURLcode code) {
    long status = 0;
    const char* url = "";
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(handle, CURLINFO_EFFECTIVE_URL, &url);
    if (code != CURLE_OK) fail(std::string(url) + ": " + curl_easy_strerror(code));
    if (status < 200 || status > 299) fail(std::string(url) + ": status " + std::to_string(status));
  }

  const Credentials& credentials_;
  CURLM* multi_;
  curl_slist* headers_ = nullptr;
  curl_slist* patch_headers_ = nullptr;
  std::vector<Easy> handles_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2 || argc > 4) fail("usage: bare_loop REQUESTS [CA_FILE [TOKEN]]");
  curl_global_init(CURL_GLOBAL_DEFAULT);
  Credentials credentials;
  if (argc > 2) credentials.ca_file = argv[2];
  if (argc > 3) credentials.authorization = std::string("Authorization: Bearer ") + argv[3];
  const auto batches = read_batches(argv[1]);
  Loop loop(credentials);
  for (const Batch& batch : batches) loop.run(batch);
  return 0;
}
