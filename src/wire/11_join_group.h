// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.h"
#include "base/ids.h"
#include "wire/api.h"
#include "wire/error_code.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// Versions 0-9: v1 rebalance time-out, v4 member id first (KIP-394), v5 static members (KIP-345),
// v6 flexible, v7 protocol type, v8 reason, v9 skipped assignment.
namespace odradek::wire {

struct JoinGroupResponse;

struct JoinGroupRequest {
  static constexpr Api api{.key = ApiKey::join_group, .versions = {0, 9}, .flexible = 6};
  using Response = JoinGroupResponse;

  struct JoinGroupRequestProtocol {
    std::string name;
    Buffer metadata;

    static void walk(auto& m, auto& wire) {
      wire(m.name);
      wire(m.metadata);
    }
  };

  std::string group_id;
  std::int32_t session_timeout_ms = 0;
  std::int32_t rebalance_timeout_ms = -1;
  std::string member_id;
  std::optional<std::string> group_instance_id;
  std::string protocol_type;
  std::vector<JoinGroupRequestProtocol> protocols;
  std::optional<std::string> reason;

  static void walk(auto& m, auto& wire) {
    wire(m.group_id);
    wire(m.session_timeout_ms);
    wire(m.rebalance_timeout_ms, since(1));
    wire(m.member_id);
    wire(m.group_instance_id, since(5), nullable());
    wire(m.protocol_type);
    wire(m.protocols);
    wire(m.reason, since(8), nullable());
  }
};

struct JoinGroupResponse {
  struct JoinGroupResponseMember {
    std::string member_id;
    std::optional<std::string> group_instance_id;
    Buffer metadata;

    static void walk(auto& m, auto& wire) {
      wire(m.member_id);
      wire(m.group_instance_id, since(5), nullable());
      wire(m.metadata);
    }
  };

  std::int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::none;
  GenerationId generation_id{-1};
  std::optional<std::string> protocol_type;
  std::optional<std::string> protocol_name;
  std::string leader;
  bool skip_assignment = false;
  std::string member_id;
  std::vector<JoinGroupResponseMember> members;

  static void walk(auto& m, auto& wire) {
    wire(m.throttle_time_ms, since(2));
    wire(m.error_code);
    wire(m.generation_id);
    wire(m.protocol_type, since(7), nullable());
    wire(m.protocol_name, always, nullable(since(7)));
    wire(m.leader);
    wire(m.skip_assignment, since(9));
    wire(m.member_id);
    wire(m.members);
  }
};

}  // namespace odradek::wire
