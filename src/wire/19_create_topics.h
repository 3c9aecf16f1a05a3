// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "base/uuid.h"
#include "wire/api.h"
#include "wire/error_code.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// Versions 0-7: v1 validate only, v2 throttle, v4 default counts, v5 flexible and configs in the
// answer, v7 topic ids.
namespace odradek::wire {

struct CreateTopicsResponse;

struct CreateTopicsRequest {
  static constexpr Api api{.key = ApiKey::create_topics, .versions = {0, 7}, .flexible = 5};
  using Response = CreateTopicsResponse;

  struct CreatableTopic {
    struct CreatableReplicaAssignment {
      PartitionId partition_index;
      std::vector<NodeId> broker_ids;

      static void walk(auto& m, auto& wire) {
        wire(m.partition_index);
        wire(m.broker_ids);
      }
    };

    struct CreatableTopicConfig {
      std::string name;
      std::optional<std::string> value;

      static void walk(auto& m, auto& wire) {
        wire(m.name);
        wire(m.value, always, nullable());
      }
    };

    std::string name;
    std::int32_t num_partitions = 0;
    std::int16_t replication_factor = 0;
    std::vector<CreatableReplicaAssignment> assignments;
    std::vector<CreatableTopicConfig> configs;

    static void walk(auto& m, auto& wire) {
      wire(m.name);
      wire(m.num_partitions);
      wire(m.replication_factor);
      wire(m.assignments);
      wire(m.configs);
    }
  };

  std::vector<CreatableTopic> topics;
  std::int32_t timeout_ms = 60000;
  bool validate_only = false;

  static void walk(auto& m, auto& wire) {
    wire(m.topics);
    wire(m.timeout_ms);
    wire(m.validate_only, since(1));
  }
};

struct CreateTopicsResponse {
  struct CreatableTopicResult {
    struct CreatableTopicConfigs {
      std::string name;
      std::optional<std::string> value;
      bool read_only = false;
      std::int8_t config_source = -1;
      bool is_sensitive = false;

      static void walk(auto& m, auto& wire) {
        wire(m.name, since(5));
        wire(m.value, since(5), nullable());
        wire(m.read_only, since(5));
        wire(m.config_source, since(5));
        wire(m.is_sensitive, since(5));
      }
    };

    std::string name;
    Uuid topic_id;
    ErrorCode error_code = ErrorCode::none;
    std::optional<std::string> error_message;
    std::int16_t topic_config_error_code = 0;
    std::int32_t num_partitions = -1;
    std::int16_t replication_factor = -1;
    std::optional<std::vector<CreatableTopicConfigs>> configs;

    static void walk(auto& m, auto& wire) {
      wire(m.name);
      wire(m.topic_id, since(7));
      wire(m.error_code);
      wire(m.error_message, since(1), nullable());
      wire.tag(0, m.topic_config_error_code, since(5));
      wire(m.num_partitions, since(5));
      wire(m.replication_factor, since(5));
      wire(m.configs, since(5), nullable());
    }
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<CreatableTopicResult> topics;

  static void walk(auto& m, auto& wire) {
    wire(m.throttle_time_ms, since(2));
    wire(m.topics);
  }
};

}  // namespace odradek::wire
