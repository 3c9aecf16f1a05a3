// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "base/uuid.h"
#include "wire/api.h"
#include "wire/config_types.h"

#include <algorithm>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

// What the catalogue consists of. Encoded like a flexible wire message, so that a field can be
// added with a version or as a tag. Numbers of retired records stay listed in
// docs/format-catalogue.md.
namespace odradek::meta {

using wire::always;
using wire::nullable;

inline constexpr wire::Version record_version = 0;

// The cluster and this copy of its catalogue come into being.
struct ClusterRecord {
  static constexpr std::int16_t number = 1;
  std::string cluster_id;  // Kafka: 22 characters of base64, and others let through as they are
  Uuid directory_id;

  static void walk(auto& m, auto& wire) {
    wire(m.cluster_id);
    wire(m.directory_id);
  }
};

// A node is up from here on. The leader epoch of every partition it leads grows by one, so that an
// answer from before the start cannot be taken for one from after it.
struct NodeStartedRecord {
  static constexpr std::int16_t number = 2;
  NodeId node;

  static void walk(auto& m, auto& wire) { wire(m.node); }
};

struct PartitionRecord {
  std::vector<NodeId> replicas;     // the preferred leader first
  NodeId leader = none_of<NodeId>;  // the last one, where none is up
  LeaderEpoch leader_epoch;
  // Of a reassignment that waits for a node (KIP-455): the replicas that come and that go.
  std::vector<NodeId> adding_replicas = {};
  std::vector<NodeId> removing_replicas = {};

  bool is_replica(NodeId node) const {
    return std::find(replicas.begin(), replicas.end(), node) != replicas.end();
  }
  bool is_being_reassigned() const {
    return !adding_replicas.empty() || !removing_replicas.empty();
  }

  static void walk(auto& m, auto& wire) {
    wire(m.replicas);
    wire(m.leader);
    wire(m.leader_epoch);
    wire.tag(0, m.adding_replicas, always);
    wire.tag(1, m.removing_replicas, always);
  }
  friend bool operator==(const PartitionRecord&, const PartitionRecord&) = default;
};

struct ConfigEntry {
  std::string name;
  std::string value;

  static void walk(auto& m, auto& wire) {
    wire(m.name);
    wire(m.value);
  }
};

struct TopicRecord {
  static constexpr std::int16_t number = 3;
  Uuid id;
  std::string name;
  std::vector<PartitionRecord> partitions;
  std::vector<ConfigEntry> configs;

  static void walk(auto& m, auto& wire) {
    wire(m.id);
    wire(m.name);
    wire(m.partitions);
    wire(m.configs);
  }
};

struct TopicRemovedRecord {
  static constexpr std::int16_t number = 4;
  Uuid id;

  static void walk(auto& m, auto& wire) { wire(m.id); }
};

// Partitions are added behind those a topic has.
struct PartitionsAddedRecord {
  static constexpr std::int16_t number = 5;
  Uuid topic_id;
  std::vector<PartitionRecord> partitions;

  static void walk(auto& m, auto& wire) {
    wire(m.topic_id);
    wire(m.partitions);
  }
};

// One configuration of one resource is set, or with no value removed. A broker is named by its id,
// or by "" for all of them. A broker's loggers are not in the catalogue.
struct ConfigRecord {
  static constexpr std::int16_t number = 6;
  wire::ConfigResourceType resource_type = wire::ConfigResourceType::unknown;
  std::string resource_name;
  std::string name;
  std::optional<std::string> value;

  static void walk(auto& m, auto& wire) {
    wire(m.resource_type);
    wire(m.resource_name);
    wire(m.name);
    wire(m.value, always, nullable());
  }
};

// Producer ids below `next` have been handed out to a node, in a block.
struct ProducerIdsRecord {
  static constexpr std::int16_t number = 7;
  ProducerId next;

  static void walk(auto& m, auto& wire) { wire(m.next); }
};

// A node is down from here on. Who takes over what it led is said by a PartitionsChangedRecord.
struct NodeStoppedRecord {
  static constexpr std::int16_t number = 8;
  NodeId node;

  static void walk(auto& m, auto& wire) { wire(m.node); }
};

// Partitions of a topic get another leader or other replicas.
struct PartitionsChangedRecord {
  struct Change {
    PartitionId id;
    PartitionRecord partition;

    static void walk(auto& m, auto& wire) {
      wire(m.id);
      wire(m.partition);
    }
  };
  static constexpr std::int16_t number = 9;
  Uuid topic_id;
  std::vector<Change> changes;

  static void walk(auto& m, auto& wire) {
    wire(m.topic_id);
    wire(m.changes);
  }
};

// Whom a quota is for: a user, a client id, both, or an address (KIP-13, KIP-257, KIP-612). A name
// that is absent is the default of its kind: everybody who has no quota of his own.
struct QuotaEntity {
  struct Part {
    std::string type;  // "user", "client-id" or "ip"
    std::optional<std::string> name;

    static void walk(auto& m, auto& wire) {
      wire(m.type);
      wire(m.name, always, nullable());
    }
    friend auto operator<=>(const Part&, const Part&) = default;
  };
  std::vector<Part> parts;  // in the order of their types, each once

  static void walk(auto& m, auto& wire) { wire(m.parts); }
  friend auto operator<=>(const QuotaEntity&, const QuotaEntity&) = default;
};

// One limit of an entity is set, or removed.
struct QuotaRecord {
  static constexpr std::int16_t number = 10;
  QuotaEntity entity;
  std::string key;  // "producer_byte_rate"
  double value = 0;
  bool is_removed = false;

  static void walk(auto& m, auto& wire) {
    wire(m.entity);
    wire(m.key);
    wire(m.value);
    wire(m.is_removed);
  }
};

// A level of a feature that clients may use from here on (KIP-584).
struct FeatureRecord {
  static constexpr std::int16_t number = 11;
  std::string name;  // "transaction.version"
  std::int16_t level = 0;

  static void walk(auto& m, auto& wire) {
    wire(m.name);
    wire(m.level);
  }
};

// A node that is down does not belong to the cluster any more.
struct NodeRemovedRecord {
  static constexpr std::int16_t number = 12;
  NodeId node;

  static void walk(auto& m, auto& wire) { wire(m.node); }
};

using Record =
    std::variant<ClusterRecord, NodeStartedRecord, TopicRecord, TopicRemovedRecord,
                 PartitionsAddedRecord, ConfigRecord, ProducerIdsRecord, NodeStoppedRecord,
                 PartitionsChangedRecord, QuotaRecord, FeatureRecord, NodeRemovedRecord>;
using Records = std::vector<Record>;

}  // namespace odradek::meta
