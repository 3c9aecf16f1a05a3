// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "base/uuid.h"
#include "meta/records.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace odradek::meta {

using Configs = std::map<std::string, std::string, std::less<>>;
using ConfigsByName = std::map<std::string, Configs, std::less<>>;

// The limits of each entity, by their keys.
using Quotas = std::map<QuotaEntity, std::map<std::string, double, std::less<>>>;

struct Topic {
  Uuid id;
  std::string name;
  std::vector<PartitionRecord> partitions;  // by partition id
  Configs configs;                          // what was set for this topic, nothing inherited

  bool has(PartitionId partition) const {
    return partition.value >= 0 && static_cast<std::size_t>(partition.value) < partitions.size();
  }
};
// Topics are shared between versions of a view and never change.
using TopicPtr = std::shared_ptr<const Topic>;

// The catalogue at one version. A value that the records add up to: the same records in the same
// order give the same view everywhere. Unknown ids in a record are a broken log and end in ASSERT.
class CatalogueView {
 public:
  void apply(const Record& record);
  // A whole commit, which leads to `version`.
  void apply(std::int64_t version, const Records& records);

  std::int64_t version() const { return version_; }
  const std::string& cluster_id() const { return cluster_id_; }
  const Uuid& directory_id() const { return directory_id_; }
  ProducerId next_producer_id() const { return next_producer_id_; }

  // Null where there is none.
  TopicPtr find(std::string_view name) const;
  TopicPtr find(const Uuid& id) const;
  bool has(std::string_view topic, PartitionId partition) const;
  // The topic whose name collides with this one (collision_key()), or null.
  TopicPtr find_collision(std::string_view name) const;
  // In the order of their names.
  const std::map<std::string, TopicPtr, std::less<>>& topics() const { return by_name_; }

  // Every node that was ever started, and whether it is up.
  const std::map<NodeId, bool>& nodes() const { return nodes_; }
  bool is_up(NodeId node) const;

  // Who serves a partition now; none while its leader is down.
  NodeId leader_of(const PartitionRecord& partition) const;
  // Kafka's ISR. The replicas of a partition are views of one disk, so whoever is up has all of it;
  // where none is, the last leader stands alone, as in Kafka.
  std::vector<NodeId> in_sync_replicas(const PartitionRecord& partition) const;
  std::vector<NodeId> offline_replicas(const PartitionRecord& partition) const;

  // What was set for a broker, a group or a subscription of client metrics; empty where nothing
  // was.
  const Configs& configs(wire::ConfigResourceType type, std::string_view name) const;
  const Configs& broker_configs(std::string_view broker) const {
    return configs(wire::ConfigResourceType::broker, broker);
  }
  // All of these for which something is set.
  const ConfigsByName& configured(wire::ConfigResourceType type) const;
  const Quotas& quotas() const { return quotas_; }
  // The level that clients may use, where it was set.
  std::optional<std::int16_t> feature_level(std::string_view feature) const;

  // The records of one commit that leads an empty view to this state.
  Records snapshot() const;

 private:
  void apply_one(const ClusterRecord& record);
  void apply_one(const NodeStartedRecord& record);
  void apply_one(const TopicRecord& record);
  void apply_one(const TopicRemovedRecord& record);
  void apply_one(const PartitionsAddedRecord& record);
  void apply_one(const ConfigRecord& record);
  void apply_one(const ProducerIdsRecord& record);
  void apply_one(const NodeStoppedRecord& record);
  void apply_one(const PartitionsChangedRecord& record);
  void apply_one(const QuotaRecord& record);
  void apply_one(const FeatureRecord& record);
  void apply_one(const NodeRemovedRecord& record);
  void replace(std::shared_ptr<const Topic> topic);

  std::int64_t version_ = 0;
  std::string cluster_id_;
  Uuid directory_id_;
  ProducerId next_producer_id_;
  std::map<NodeId, bool> nodes_;
  std::map<std::string, TopicPtr, std::less<>> by_name_;
  std::unordered_map<Uuid, TopicPtr> by_id_;
  std::unordered_map<std::string, Uuid> by_collision_key_;
  std::map<wire::ConfigResourceType, ConfigsByName> configs_;  // but those of topics
  Quotas quotas_;
  std::map<std::string, std::int16_t, std::less<>> features_;
};

}  // namespace odradek::meta
