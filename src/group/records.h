// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.h"
#include "base/ids.h"
#include "base/uuid.h"
#include "wire/api.h"
#include "wire/coordinator_record.h"

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

// What __consumer_offsets consists of, in Kafka's formats (the JSON schemas of its group
// coordinator): a key that begins with the number of its type, and a value that begins with its
// version. docs/format-consumer-offsets.md has worked examples.
namespace odradek::group {

using wire::always;
using wire::nullable;
using wire::since;

using Record = wire::CoordinatorRecord;

struct OffsetCommitKey {
  std::string group;
  std::string topic;
  PartitionId partition;

  static void walk(auto& m, auto& wire) {
    wire(m.group);
    wire(m.topic);
    wire(m.partition);
  }
  friend auto operator<=>(const OffsetCommitKey&, const OffsetCommitKey&) = default;
};

// Versions 0-4: v1 expiry, v2 without it, v3 leader epoch, v4 flexible, with the topic's id.
struct OffsetCommitValue {
  static constexpr wire::Version newest = 4;
  static constexpr wire::Version first_flexible = 4;

  Offset offset;
  LeaderEpoch leader_epoch = none_of<LeaderEpoch>;
  std::string metadata;
  Timestamp commit_timestamp{};
  Timestamp expire_timestamp{};  // of a commit that named a retention time; -1 otherwise
  Uuid topic_id;                 // zero where the committer did not say

  static void walk(auto& m, auto& wire) {
    wire(m.offset);
    wire(m.leader_epoch, since(3));
    wire(m.metadata);
    wire(m.commit_timestamp);
    wire(m.expire_timestamp, wire::between(1, 1));
    wire.tag(0, m.topic_id, since(4));
  }
  friend bool operator==(const OffsetCommitValue&, const OffsetCommitValue&) = default;
};

struct GroupMetadataKey {
  std::string group;

  static void walk(auto& m, auto& wire) { wire(m.group); }
};

// Versions 0-4: v1 rebalance time-out, v2 time of the last change, v3 static members, v4 flexible.
struct GroupMetadataValue {
  static constexpr wire::Version newest = 4;
  static constexpr wire::Version first_flexible = 4;

  struct MemberMetadata {
    std::string member_id;
    std::optional<std::string> group_instance_id;
    std::string client_id;
    std::string client_host;
    std::int32_t rebalance_timeout_ms = -1;
    std::int32_t session_timeout_ms = 0;
    Buffer subscription;
    Buffer assignment;

    static void walk(auto& m, auto& wire) {
      wire(m.member_id);
      wire(m.group_instance_id, since(3), nullable());
      wire(m.client_id);
      wire(m.client_host);
      wire(m.rebalance_timeout_ms, since(1));
      wire(m.session_timeout_ms);
      wire(m.subscription);
      wire(m.assignment);
    }
  };

  std::string protocol_type;
  GenerationId generation;
  std::optional<std::string> protocol;
  std::optional<std::string> leader;
  Timestamp current_state_timestamp{};
  std::vector<MemberMetadata> members;

  static void walk(auto& m, auto& wire) {
    wire(m.protocol_type);
    wire(m.generation);
    wire(m.protocol, always, nullable());
    wire(m.leader, always, nullable());
    wire(m.current_state_timestamp, since(2));
    wire(m.members);
  }
};

// In the versions that Kafka 4.3 writes.
Record record_of(const OffsetCommitKey& key, const OffsetCommitValue& value);
Record record_of(const GroupMetadataKey& key, const GroupMetadataValue& value);
Record tombstone_of(const OffsetCommitKey& key);
Record tombstone_of(const GroupMetadataKey& key);

// A record as it is read back.
struct OffsetCommitRecord {
  OffsetCommitKey key;
  std::optional<OffsetCommitValue> value;
};
struct GroupMetadataRecord {
  GroupMetadataKey key;
  std::optional<GroupMetadataValue> value;
};
// Of a type that this code does not know: another kind of group's.
struct ForeignRecord {
  std::int16_t type = 0;
};
using DecodedRecord = std::variant<OffsetCommitRecord, GroupMetadataRecord, ForeignRecord>;

// Nothing where the bytes are not what their type and version say.
std::optional<DecodedRecord> decode_record(Bytes key, const std::optional<Bytes>& value);

}  // namespace odradek::group
