// SPDX-License-Identifier: Apache-2.0
#include "meta/catalogue_view.h"

#include "base/assert.h"
#include "meta/topic_name.h"

#include <algorithm>

namespace odradek::meta {
namespace {

void set_or_erase(Configs& configs, const ConfigRecord& record) {
  if (record.value) {
    configs[record.name] = *record.value;
  } else {
    configs.erase(record.name);
  }
}

}  // namespace

void CatalogueView::apply(const Record& record) {
  std::visit([this](const auto& each) { apply_one(each); }, record);
}

void CatalogueView::apply(std::int64_t version, const Records& records) {
  for (const Record& record : records) apply(record);
  version_ = version;
}

void CatalogueView::apply_one(const ClusterRecord& record) {
  cluster_id_ = record.cluster_id;
  directory_id_ = record.directory_id;
}

void CatalogueView::apply_one(const NodeStoppedRecord& record) { nodes_[record.node] = false; }

void CatalogueView::apply_one(const NodeStartedRecord& record) {
  nodes_[record.node] = true;
  for (auto& [name, topic] : by_name_) {
    const auto& partitions = topic->partitions;
    const bool leads = std::any_of(partitions.begin(), partitions.end(),
                                   [&](const auto& each) { return each.leader == record.node; });
    if (!leads) continue;
    auto next = std::make_shared<Topic>(*topic);
    for (PartitionRecord& partition : next->partitions) {
      if (partition.leader == record.node) ++partition.leader_epoch.value;
    }
    by_id_[next->id] = next;
    topic = std::move(next);
  }
}

void CatalogueView::apply_one(const TopicRecord& record) {
  ASSERT(!by_name_.contains(record.name));
  auto topic = std::make_shared<Topic>();
  topic->id = record.id;
  topic->name = record.name;
  topic->partitions = record.partitions;
  for (const ConfigEntry& entry : record.configs) topic->configs[entry.name] = entry.value;
  by_collision_key_[collision_key(topic->name)] = topic->id;
  replace(std::move(topic));
}

void CatalogueView::apply_one(const TopicRemovedRecord& record) {
  const TopicPtr topic = find(record.id);
  ASSERT(topic != nullptr);
  by_name_.erase(topic->name);
  by_id_.erase(topic->id);
  by_collision_key_.erase(collision_key(topic->name));
}

void CatalogueView::apply_one(const PartitionsAddedRecord& record) {
  const TopicPtr before = find(record.topic_id);
  ASSERT(before != nullptr);
  auto topic = std::make_shared<Topic>(*before);
  topic->partitions.insert(topic->partitions.end(), record.partitions.begin(),
                           record.partitions.end());
  replace(std::move(topic));
}

void CatalogueView::apply_one(const PartitionsChangedRecord& record) {
  const TopicPtr before = find(record.topic_id);
  ASSERT(before != nullptr);
  auto topic = std::make_shared<Topic>(*before);
  for (const auto& change : record.changes) {
    const auto index = static_cast<std::size_t>(change.id.value);
    ASSERT(index < topic->partitions.size());
    topic->partitions[index] = change.partition;
  }
  replace(std::move(topic));
}

void CatalogueView::apply_one(const ConfigRecord& record) {
  if (record.resource_type != wire::ConfigResourceType::topic) {
    ConfigsByName& by_name = configs_[record.resource_type];
    Configs& configs = by_name[record.resource_name];
    set_or_erase(configs, record);
    if (configs.empty()) by_name.erase(record.resource_name);
    return;
  }
  const TopicPtr before = find(record.resource_name);
  ASSERT(before != nullptr);
  auto topic = std::make_shared<Topic>(*before);
  set_or_erase(topic->configs, record);
  replace(std::move(topic));
}

void CatalogueView::apply_one(const ProducerIdsRecord& record) { next_producer_id_ = record.next; }

void CatalogueView::apply_one(const QuotaRecord& record) {
  auto& limits = quotas_[record.entity];
  if (!record.is_removed) {
    limits[record.key] = record.value;
    return;
  }
  limits.erase(record.key);
  if (limits.empty()) quotas_.erase(record.entity);
}

void CatalogueView::apply_one(const FeatureRecord& record) {
  features_[record.name] = record.level;
}

void CatalogueView::apply_one(const NodeRemovedRecord& record) { nodes_.erase(record.node); }

void CatalogueView::replace(std::shared_ptr<const Topic> topic) {
  by_id_[topic->id] = topic;
  by_name_[topic->name] = std::move(topic);
}

TopicPtr CatalogueView::find(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : found->second;
}

TopicPtr CatalogueView::find(const Uuid& id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second;
}

bool CatalogueView::has(std::string_view topic, PartitionId partition) const {
  const TopicPtr found = find(topic);
  return found && found->has(partition);
}

TopicPtr CatalogueView::find_collision(std::string_view name) const {
  const auto found = by_collision_key_.find(collision_key(name));
  return found == by_collision_key_.end() ? nullptr : find(found->second);
}

bool CatalogueView::is_up(NodeId node) const {
  const auto found = nodes_.find(node);
  return found != nodes_.end() && found->second;
}

NodeId CatalogueView::leader_of(const PartitionRecord& partition) const {
  return is_up(partition.leader) ? partition.leader : none_of<NodeId>;
}

std::vector<NodeId> CatalogueView::in_sync_replicas(const PartitionRecord& partition) const {
  auto replicas = partition.replicas;
  std::erase_if(replicas, [this](NodeId node) { return !is_up(node); });
  if (replicas.empty()) replicas.push_back(partition.leader);
  return replicas;
}

std::vector<NodeId> CatalogueView::offline_replicas(const PartitionRecord& partition) const {
  auto replicas = partition.replicas;
  std::erase_if(replicas, [this](NodeId node) { return is_up(node); });
  return replicas;
}

const ConfigsByName& CatalogueView::configured(wire::ConfigResourceType type) const {
  static const ConfigsByName none;
  const auto found = configs_.find(type);
  return found == configs_.end() ? none : found->second;
}

const Configs& CatalogueView::configs(wire::ConfigResourceType type, std::string_view name) const {
  static const Configs none;
  const ConfigsByName& by_name = configured(type);
  const auto found = by_name.find(name);
  return found == by_name.end() ? none : found->second;
}

std::optional<std::int16_t> CatalogueView::feature_level(std::string_view feature) const {
  const auto found = features_.find(feature);
  if (found == features_.end()) return std::nullopt;
  return found->second;
}

Records CatalogueView::snapshot() const {
  Records records;
  records.push_back(ClusterRecord{cluster_id_, directory_id_});
  records.push_back(ProducerIdsRecord{next_producer_id_});
  // Before the topics, so that no epoch grows.
  for (const auto& [node, is_up] : nodes_) {
    is_up ? records.emplace_back(NodeStartedRecord{node})
          : records.emplace_back(NodeStoppedRecord{node});
  }
  for (const auto& [name, topic] : by_name_) {
    TopicRecord record{topic->id, topic->name, topic->partitions, {}};
    for (const auto& [config, value] : topic->configs) record.configs.push_back({config, value});
    records.push_back(std::move(record));
  }
  for (const auto& [type, by_name] : configs_) {
    for (const auto& [resource, configs] : by_name) {
      for (const auto& [config, value] : configs) {
        records.push_back(ConfigRecord{type, resource, config, value});
      }
    }
  }
  for (const auto& [entity, limits] : quotas_) {
    for (const auto& [key, value] : limits) records.push_back(QuotaRecord{entity, key, value});
  }
  for (const auto& [feature, level] : features_) records.push_back(FeatureRecord{feature, level});
  return records;
}

}  // namespace odradek::meta
