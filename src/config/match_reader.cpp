#include "config/match_reader.hpp"

#include "base/error.hpp"
#include "base/pattern_set.hpp"
#include "base/text.hpp"
#include "config/keys.hpp"

#include <fmt/format.h>

#include <charconv>
#include <optional>

namespace r2i::config {

namespace {

std::optional<std::uint32_t> parse_port(std::string_view text) {
  constexpr std::uint32_t kMost = 65535;
  std::uint32_t port = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), port);
  const bool all = code == std::errc() && end == text.data() + text.size();
  return all && port >= 1 && port <= kMost ? std::optional(port) : std::nullopt;
}

class MatchReader {
 public:
  MatchReader(ValueReader& values, std::vector<SaidMatch>& said, Problems& problems)
      : values_(values), said_(said), problems_(problems) {}

  RuleMatch read() {
    values_.reader().object(match_keys(), [&](std::string_view key) {
      if (key == "source")
        patterns(key, match_.sources);
      else if (key == "kind")
        patterns(key, match_.kinds);
      else if (key == "service")
        patterns(key, match_.services);
      else if (key == "datacenter")
        patterns(key, match_.datacenters);
      else if (key == "group")
        patterns(key, match_.groups);
      else if (key == "namespace")
        patterns(key, match_.namespaces);
      else if (key == "tag")
        patterns(key, match_.tags);
      else if (key == "metadata")
        metadata();
      else if (key == "port")
        ports();
      else if (key == "network")
        networks();
      else
        return false;
      return true;
    });
    return std::move(match_);
  }

 private:
  /// A list of texts, or one text.
  std::vector<std::string> texts(std::string_view key, const Place& place, bool numbers, bool* wrong = nullptr) {
    auto texts = values_.texts(numbers, wrong);
    said_.push_back({std::string(key), texts, place});
    return texts;
  }

  void patterns(std::string_view key, std::vector<std::string>& out) {
    const Place place = values_.place("");
    bool wrong = false;
    out = texts(key, place, false, &wrong);
    if (out.empty() && !wrong) problems_.add(place, "an empty list matches nothing");
    for (const std::string& pattern : out) {
      try {
        const PatternSet checked({pattern});
      } catch (const Error& error) {
        problems_.add(place, error.what());
      }
    }
  }

  void metadata() {
    values_.reader().object({}, [&](std::string_view key) {
      patterns(fmt::format("metadata.{}", key), match_.metadata[std::string(key)]);
      return true;
    });
  }

  void ports() {
    const Place place = values_.place("");
    for (const std::string& text : texts("port", place, true)) {
      const auto dash = text.find('-');
      const auto first = parse_port(std::string_view(text).substr(0, dash));
      const auto last = dash == std::string::npos ? first : parse_port(std::string_view(text).substr(dash + 1));
      if (first && last && *first <= *last) {
        match_.ports.emplace_back(*first, *last);
      } else {
        problems_.add(place,
                      fmt::format("expected a port from 1 to 65535 or a range 8000-8999, got {}", in_quotes(text)));
      }
    }
  }

  void networks() {
    const Place place = values_.place("");
    for (const std::string& text : texts("network", place, false)) {
      if (auto network = IpNetwork::parse(text)) {
        match_.networks.push_back(*network);
      } else {
        problems_.add(place, network.error());
      }
    }
  }

  ValueReader& values_;
  std::vector<SaidMatch>& said_;
  Problems& problems_;
  RuleMatch match_;
};

}  // namespace

RuleMatch read_match(ValueReader& values, std::vector<SaidMatch>& said, Problems& problems) {
  return MatchReader(values, said, problems).read();
}

}  // namespace r2i::config
