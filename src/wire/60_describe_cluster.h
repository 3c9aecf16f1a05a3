// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "wire/api.h"
#include "wire/error_code.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// Versions 0-2: v1 endpoint type (brokers or controllers), v2 fenced brokers.
namespace odradek::wire {

struct DescribeClusterResponse;

struct DescribeClusterRequest {
  static constexpr Api api{.key = ApiKey::describe_cluster, .versions = {0, 2}, .flexible = 0};
  using Response = DescribeClusterResponse;

  bool include_cluster_authorized_operations = false;
  std::int8_t endpoint_type = 1;
  bool include_fenced_brokers = false;

  static void walk(auto& m, auto& wire) {
    wire(m.include_cluster_authorized_operations);
    wire(m.endpoint_type, since(1));
    wire(m.include_fenced_brokers, since(2));
  }
};

struct DescribeClusterResponse {
  struct DescribeClusterBroker {
    NodeId broker_id;
    std::string host;
    std::int32_t port = 0;
    std::optional<std::string> rack;
    bool is_fenced = false;

    static void walk(auto& m, auto& wire) {
      wire(m.broker_id);
      wire(m.host);
      wire(m.port);
      wire(m.rack, always, nullable());
      wire(m.is_fenced, since(2));
    }
  };

  std::int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::none;
  std::optional<std::string> error_message;
  std::int8_t endpoint_type = 1;
  std::string cluster_id;
  NodeId controller_id{-1};
  std::vector<DescribeClusterBroker> brokers;
  std::int32_t cluster_authorized_operations = -2147483648;

  static void walk(auto& m, auto& wire) {
    wire(m.throttle_time_ms);
    wire(m.error_code);
    wire(m.error_message, always, nullable());
    wire(m.endpoint_type, since(1));
    wire(m.cluster_id);
    wire(m.controller_id);
    wire(m.brokers);
    wire(m.cluster_authorized_operations);
  }
};

}  // namespace odradek::wire
