#include "transform/labels.hpp"

#include "support/choices.hpp"
#include "support/collected.hpp"
#include "support/services.hpp"
#include "support/told.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

namespace r2i::transform {
namespace {

using testing::a_service;
using testing::an_instance;
using testing::Collected;
using testing::tagged;
using testing::told;
using testing::with_metadata;

/// The first instance.
Candidate candidate_of(const Service& service, const ServiceChoices& choices) {
  Candidate candidate;
  candidate.instance = service.instances.data();
  candidate.choices = &choices.of(service, service.instances.front());
  candidate.address = service.instances.front().address;
  return candidate;
}

/// "key=value,…" and the codes reported.
std::pair<std::string, std::string> labels_of(Pairs metadata, std::vector<std::string> tags) {
  const Service service =
      a_service("pay", {tagged(std::move(tags), with_metadata(std::move(metadata), an_instance("10.0.0.1")))});
  Collected diagnostics;
  const ServiceChoices none = testing::no_choices();
  const Pairs labels = endpoint_labels(service, candidate_of(service, none), diagnostics);
  return {told(labels), diagnostics.codes()};
}

struct LabelCase {
  Pairs metadata;
  std::vector<std::string> tags;
  std::string labels;
  std::string codes;
};

void check_labels(const std::vector<LabelCase>& rows) {
  for (const LabelCase& row : rows) {
    CAPTURE(row.labels);
    CAPTURE(row.codes);
    const auto [labels, codes] = labels_of(row.metadata, row.tags);
    CHECK(labels == row.labels);
    CHECK(codes == row.codes);
  }
}

TEST_CASE("labels: metadata and tags on the allow-list, and every tag with a bar") {
  check_labels({
      {{}, {}, "", ""},
      {{{"version", "v1"}, {"env", "prod"}, {"zone", "a"}, {"canary", "true"}, {"team", "pay"}},
       {},
       "canary=true,env=prod,version=v1,zone=a",
       ""},
      {{}, {"version=v1", "team=pay", "primary"}, "version=v1", ""},
      {{}, {"team|pay", "version|v1"}, "team=pay,version=v1", ""},
      {{}, {"team.example.com/owner|pay"}, "team.example.com/owner=pay", ""},
      {{}, {"a|b=c", "version=1|2"}, "a=b-c,version=1-2", "2050 2050"},
      {{}, {"|v", "=v", "a|", "version="}, "a=,version=", ""},
      {{{"Version", "v1"}}, {}, "", ""},
  });
}

TEST_CASE("labels: the first of one key stays, metadata before tags") {
  check_labels({
      {{{"version", "v1"}}, {"version=v2", "version|v3"}, "version=v1", ""},
      {{}, {"version=v2", "version|v3"}, "version=v2", ""},
      {{}, {"a b|1", "a-b|2"}, "a-b=1", "2050"},
  });
}

TEST_CASE("labels: keys and values are made legal, or dropped") {
  const std::string long_text(70, 'x');
  check_labels({
      {{{"version", "1.10"}}, {}, "version=1.10", ""},
      {{{"version", "1.0+build 5"}}, {}, "version=1.0-build-5", "2050"},
      {{{"version", " v1 "}}, {}, "version=v1", "2050"},
      {{{"version", long_text}}, {}, "version=" + long_text.substr(0, 63), "2050"},
      {{{"version", "ü"}}, {}, "", "2051"},
      {{{"version", "v\xC3\xBC"}}, {}, "version=v", "2050"},
      {{{"version", "---"}}, {}, "", "2051"},
      {{{"version", ""}}, {}, "version=", ""},
      {{{"version", std::string("a\0b", 3)}}, {}, "version=a-b", "2050"},
      {{}, {"a b|c"}, "a-b=c", "2050"},
      {{}, {"ü|c"}, "", "2051"},
      {{}, {"a/b/c|d"}, "a-b-c=d", "2050"},
      {{}, {"a_b/c|d"}, "a_b-c=d", "2050"},
      {{}, {long_text + "|d"}, long_text.substr(0, 63) + "=d", "2050"},
  });
}

TEST_CASE("labels: what Istio or Kubernetes act upon is never a registry's to set") {
  for (const std::string key :
       {"istio.io/rev", "security.istio.io/tlsMode", "Security.ISTIO.io/tlsMode", "topology.istio.io/network",
        "kubernetes.io/hostname", "topology.kubernetes.io/zone", "app.kubernetes.io/name", "k8s.io/x", "x.k8s.io/y",
        "registry2istio.io/owner", "a.registry2istio.io/b", "istio-locality", "Istio-Locality"}) {
    CAPTURE(key);
    const auto [labels, codes] = labels_of({}, {key + "|x"});
    CHECK(labels.empty());
    CHECK(codes == "2051");
  }
  for (const std::string key : {"myistio.io/rev", "istio.io.example.com/x", "locality"}) {
    CAPTURE(key);
    CHECK(labels_of({}, {key + "|x"}).first == key + "=x");
  }
}

TEST_CASE("labels: a secret does not leave the registry") {
  check_labels({
      {{}, {"password|hunter2"}, "", "2052"},
      {{}, {"db-token|hunter2"}, "", "2052"},
      {{{"version", "eyJhbGciOiJIUzI1NiJ9"}}, {}, "", "2052"},
      {{{"env", "http://u:hunter2@h/"}}, {}, "", "2052"},
      {{}, {"env|AKIAIOSFODNN7EXAMPLE"}, "", "2052"},
  });
}

TEST_CASE("labels: what a snapshot has redacted is as little exported as the secret itself") {
  check_labels({
      {{{"version", "<redacted>"}}, {}, "", "2052"},
      {{}, {"env|<redacted>"}, "", "2052"},
  });
}

/// The labels of one instance after the other, as LabelMaker makes them and as endpoint_labels() does, with the codes.
struct Made {
  std::vector<SharedPairs> labels;
  std::string codes;
};

Made make_all(const Service& service, const ServiceChoices& choices) {
  Collected diagnostics;
  Collected expected_diagnostics;
  LabelMaker maker(diagnostics);
  Made made;
  for (const Instance& instance : service.instances) {
    Candidate candidate;
    candidate.service = &service;
    candidate.instance = &instance;
    candidate.choices = &choices.of(service, instance);
    candidate.address = instance.address;
    made.labels.push_back(maker.labels_of(service, candidate));
    CHECK(told(made.labels.back()) == told(endpoint_labels(service, candidate, expected_diagnostics)));
  }
  CHECK(diagnostics.codes() == expected_diagnostics.codes());
  made.codes = diagnostics.codes();
  return made;
}

TEST_CASE("labels: endpoints that have the same share them") {
  const auto one = [](Pairs metadata, std::vector<std::string> tags) {
    return tagged(std::move(tags), with_metadata(std::move(metadata), an_instance("10.0.0.1")));
  };
  const Service service = a_service(
      "pay", {one({{"env", "prod"}, {"team", "a"}}, {"version=v1"}),
              one({{"env", "prod"}, {"team", "b"}}, {"primary", "version=v1"}), one({{"version", "v1"}}, {"env|prod"}),
              one({{"env", "prod"}}, {"version=v2"}), one({{"env", "prod"}, {"zone", "z"}}, {"version=v2"}),
              one({}, {}), one({}, {}), one({{"env", "prod"}}, {"version=v1"})});
  const auto [labels, codes] = make_all(service, testing::no_choices());
  CHECK(codes.empty());
  CHECK(labels[0].is(labels[1]));  // found alike
  CHECK(labels[0].is(labels[2]));  // turned out alike
  CHECK_FALSE(labels[2].is(labels[3]));
  CHECK(told(labels[4]) == "env=prod,version=v2,zone=z");
  CHECK(labels[5].empty());
  CHECK(labels[0].is(labels[7]));  // though others came between
}

TEST_CASE("labels: instances that share their tags, under choices of their own") {
  const SharedList tags = {"env=prod", "team|a", "version=v1"};
  const auto one = [&](Pairs metadata) {
    Instance instance = with_metadata(std::move(metadata), an_instance("10.0.0.1"));
    instance.tags = tags;
    return instance;
  };
  const Service service =
      a_service("pay", {one({}), one({{"zone", "z"}}), one({}), one({}), one({}), one({{"env", "x"}})});
  const auto renamed = testing::given(TextMap{{"version", "release"}});
  const auto renamed_again = testing::given(TextMap{{"env", "stage"}});
  ServiceChoices choices;
  choices.instances.resize(service.instances.size());
  choices.instances[2].rename_labels = {&renamed};
  choices.instances[3].rename_labels = {&renamed, &renamed_again};
  const auto [labels, codes] = make_all(service, choices);
  CHECK(codes.empty());
  CHECK(told(labels[0]) == "env=prod,team=a,version=v1");
  CHECK(told(labels[1]) == "env=prod,team=a,version=v1,zone=z");
  CHECK(told(labels[2]) == "env=prod,release=v1,team=a");
  CHECK(told(labels[3]) == "release=v1,stage=prod,team=a");
  CHECK(labels[4].is(labels[0]));
  CHECK(told(labels[5]) == "env=x,team=a,version=v1");
}

TEST_CASE("labels: what is altered or dropped is reported of each endpoint") {
  const Instance bad = tagged({"version=a b", "password|x"}, an_instance("10.0.0.1"));
  const auto [labels, codes] = make_all(a_service("pay", {bad, bad, bad}), testing::no_choices());
  CHECK(codes == "2050 2050 2050 2052 2052 2052");
  CHECK(labels[0].is(labels[2]));
}

TEST_CASE("labels: by the address, each endpoint has its own") {
  ConversionSettings settings;
  settings.defaults.sidecar_networks = testing::given(std::vector{IpNetwork::parse("10.0.0.0/24").value()});
  const Service service = a_service("pay", {an_instance("10.0.0.1"), an_instance("10.0.1.1"), an_instance("10.0.0.2")});
  const auto [labels, codes] = make_all(service, testing::choices_of(service, settings));
  CHECK(told(labels[0]) == "security.istio.io/tlsMode=istio");
  CHECK(labels[1].empty());
  CHECK(labels[2] == labels[0]);
}

TEST_CASE("labels: the diagnostic names the instance and does not show the secret") {
  const Service service = a_service("pay", {tagged({"password|hunter2"}, an_instance("10.0.0.1"))});
  Collected diagnostics;
  const ServiceChoices none = testing::no_choices();
  endpoint_labels(service, candidate_of(service, none), diagnostics);
  const std::string text = diagnostics.first(Code::secret_label);
  CHECK(text.find("10.0.0.1:8080") != std::string::npos);
  CHECK(text.find("password") != std::string::npos);
  CHECK(text.find("hunter2") == std::string::npos);
}

}  // namespace
}  // namespace r2i::transform
