#include "sources/endpoint_text.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <vector>

namespace r2i::sources {
namespace {

/// "scheme|host|port|key=value,…", or "none".
std::string told(std::string_view text) {
  const auto endpoint = read_endpoint(text);
  if (!endpoint) return "none";
  std::string parameters;
  for (const auto& [key, value] : endpoint->parameters)
    parameters += fmt::format("{}{}={}", parameters.empty() ? "" : ",", key, value);
  return fmt::format("{}|{}|{}|{}", endpoint->scheme, endpoint->host,
                     endpoint->port ? fmt::format("{}", *endpoint->port) : "", parameters);
}

TEST_CASE("endpoint text") {
  struct Row {
    const char* text;
    const char* told;
  };
  const std::vector<Row> rows = {
      {"10.0.0.1", "|10.0.0.1||"},
      {" 10.0.0.1:8080\n", "|10.0.0.1|8080|"},
      {"web.example.com:80", "|web.example.com|80|"},
      {"[2001:db8::1]:80", "|2001:db8::1|80|"},
      {"[2001:db8::1]", "|2001:db8::1||"},
      {"2001:db8::1", "|2001:db8::1||"},
      {":8080", "||8080|"},
      {"10.0.0.1:0", "|10.0.0.1|0|"},
      {"10.0.0.1:99999", "|10.0.0.1|99999|"},
      {"grpc://10.0.0.1:9000?isSecure=false", "grpc|10.0.0.1|9000|isSecure=false"},
      {"HTTP://u:p@[::1]:80/path?a=1%202&b", "http|::1|80|a=1 2,b="},
      {"dubbo%3A%2F%2F10.0.0.1%3A20880%2Fcom.foo.A%3Fversion%3D1.0%26path%3D%2Fa%2520b",
       "dubbo|10.0.0.1|20880|version=1.0,path=/a%20b"},
      {"tri%3a%2f%2F10.0.0.1%3A50051", "tri|10.0.0.1|50051|"},
      {"w\u00fcrg.example.com:80", "|w\u00fcrg.example.com|80|"},
      {R"({"Op":0,"Addr":"10.0.0.1:80"})", "none"},
      {R"(["10.0.0.1:80"])", "none"},
      {"a=b:80", "none"},
      {"a,b:80", "none"},
      {"http://", "none"},
      {"", "none"},
      {"  ", "none"},
      {"10.0.0.1:http", "none"},
      {"10.0.0.1:", "none"},
      {"10.0.0.1:80:90x", "|10.0.0.1:80:90x||"},  // no address, as whoever judges addresses will say
      {"[::1", "none"},
      {"[::1]80", "none"},
      {"a b:80", "none"},
      {"../etc/passwd", "none"},
      {"10.0.0.1:80/path", "none"},
      {"10.0.0.1:99999999999999999999", "none"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(told(row.text) == row.told);
  }
}

}  // namespace
}  // namespace r2i::sources
