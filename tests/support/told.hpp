#pragma once

#include "model/manifest.hpp"

#include <string>
#include <vector>

namespace r2i::testing {

inline std::string told(const Pairs& pairs) {
  std::string text;
  for (const auto& [key, value] : pairs) text += (text.empty() ? "" : ",") + key + "=" + value;
  return text;
}

inline std::string told(const PortMap& ports) {
  std::string text;
  for (const auto& [name, number] : ports) text += (text.empty() ? "" : ",") + name + "=" + std::to_string(number);
  return text;
}

/// "10.0.0.1{http-80=8080}[version=v1]@dc1*3": address, ports, labels, locality, weight, each where there is one.
inline std::string told(const Endpoint& endpoint) {
  std::string text = endpoint.address;
  if (!endpoint.ports.empty()) text += "{" + told(endpoint.ports) + "}";
  if (!endpoint.labels.empty()) text += "[" + told(endpoint.labels) + "]";
  if (!endpoint.locality.empty()) text += "@" + endpoint.locality.get();
  if (endpoint.weight != 0) text += "*" + std::to_string(endpoint.weight);
  return text;
}

inline std::string told(const std::vector<Endpoint>& endpoints) {
  std::string text;
  for (const Endpoint& endpoint : endpoints) text += (text.empty() ? "" : " ") + told(endpoint);
  return text;
}

/// "http-80 port-8080": the name tells number and protocol.
inline std::string told(const std::vector<ServicePort>& ports) {
  std::string text;
  for (const ServicePort& port : ports) text += (text.empty() ? "" : " ") + port.name;
  return text;
}

}  // namespace r2i::testing
