#pragma once

#include "base/diagnostic.hpp"

#include <span>
#include <string>
#include <string_view>

namespace r2i {

/// The codes of diagnostics. A number, once given, keeps its meaning. 1xxx: sources; 2xxx: conversion; 3xxx: Istio's
/// limits; 4xxx: the cluster.
enum class Code : int {
  source_unreachable = 1001,
  service_unread = 1002,
  filtered_by_acl = 1003,
  stale_answer = 1004,
  list_without_consul = 1005,
  service_vanished = 1006,
  expectation_unmet = 1007,
  entry_malformed = 1008,
  other_datacenter = 1009,
  case_variants = 1010,
  text_repaired = 1011,
  name_unaskable = 1012,
  snapshot_invalid = 1020,
  snapshot_incomplete = 1021,
  source_insecure = 1030,
  protection_reached = 1040,
  list_moved = 1041,
  namespace_empty = 1042,
  services_vanish = 1043,
  root_empty = 1050,
  key_ignored = 1051,
  session_lost = 1060,
  node_denied = 1061,
  node_unread = 1062,
  node_vanished = 1063,
  tree_empty = 1064,
  dubbo_metadata_missing = 1065,
  registry_starting = 1070,
  registry_empty = 1071,
  count_mismatch = 1072,

  own_service = 2001,
  sidecar_or_gateway = 2002,
  excluded_by_name = 2003,
  kubernetes_copy = 2004,
  kubernetes_service = 2005,
  sidecar_instance = 2006,
  dropped_by_rule = 2007,
  instance_dropped = 2008,
  unhealthy = 2010,
  in_maintenance = 2011,
  disabled = 2012,
  weight_zero = 2013,
  no_port = 2014,
  no_address = 2015,
  duplicate_instance = 2016,
  duplicate_of_stopped = 2017,
  host_altered = 2020,
  host_invalid = 2021,
  host_twins = 2022,
  many_ports = 2030,
  port_not_everywhere = 2031,
  port_taken = 2032,
  port_invalid = 2033,
  tcp_without_address = 2040,
  unknown_protocol = 2041,
  protocol_conflict = 2042,
  tcp_port_withheld = 2043,
  mixed_location = 2045,
  label_altered = 2050,
  label_dropped = 2051,
  secret_label = 2052,
  weight_invalid = 2053,
  metadata_invalid = 2054,
  no_usable_instance = 2060,
  no_known_port = 2061,
  text_replaced = 2070,
  catch_all_clash = 2080,
  reserved_port = 2081,
  address_shared = 2082,
  merge_settings = 2083,
  merge_incomplete = 2084,
  rule_unused = 2090,

  too_many_endpoints = 3001,
  object_too_large = 3002,
  istio_refuses = 3003,

  cluster_insecure = 4001,
  credentials_withheld = 4002,
  api_warning = 4003,
  object_unread = 4004,
  host_of_others = 4010,
};

/// What a diagnostic took away, for the summary.
enum class Loss { service, instance, nothing };

struct CodeInfo {
  Code code;
  Severity severity;
  Loss loss;
  std::string_view reason;   ///< a few words for the summary: "unhealthy"
  std::string_view meaning;  ///< one sentence: what is so, and what follows
  std::string_view remedy;   ///< one sentence: what to do; empty where nothing is to be done
};

/// The table of codes, in the order of their numbers.
std::span<const CodeInfo> all_codes();
const CodeInfo& code_info(Code code);
const CodeInfo& code_info(int number);

/// "R2I2040"
std::string code_name(int number);

/// A diagnostic with the severity and, unless `hint` is given, the remedy that the table has for the code.
Diagnostic diagnose(Code code, std::string subject, std::string message, std::string hint = {});

}  // namespace r2i
