// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "broker/partition.h"
#include "meta/topic_options.h"
#include "wire/error_code.h"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace odradek::broker {

// The partitions of a node, kept in step with the catalogue. Every handler asks it who owns a
// partition, and passes on its refusal.
class PartitionTable {
 public:
  PartitionTable(const Partition::Shared& shared, const meta::TopicOptions& topic_defaults,
                 NodeId node)
      : shared_(shared), topic_defaults_(topic_defaults), node_(node) {}

  // Exactly one of the two is set.
  struct Found {
    Partition* partition = nullptr;
    wire::ErrorCode error = wire::ErrorCode::none;
  };
  Found find(std::string_view topic, PartitionId id);
  Found find(const Uuid& topic, PartitionId id);

  // Takes over a newer view. Partitions of deleted topics are closed and their folders, set aside,
  // are handed to `removed`.
  using Removed = std::function<void(const std::string& set_aside)>;
  void update(const meta::CatalogueView& view, const Removed& removed);
  // Broker-wide defaults have changed: every topic's configuration is worked out again.
  void refresh_configs();

  void for_each(const std::function<void(Partition&)>& visit);

 private:
  struct Entry {
    meta::TopicPtr topic;
    std::vector<std::unique_ptr<Partition>> partitions;  // by id; null where another node leads
  };
  std::shared_ptr<const log::LogConfig> config_of(const meta::Topic& topic) const;
  void bring_up_to_date(Entry& entry, const meta::TopicPtr& topic);
  void remove(Entry& entry, const Removed& removed);
  static Found found_in(const Entry* entry, PartitionId id, wire::ErrorCode unknown_topic);

  Partition::Shared shared_;
  const meta::TopicOptions& topic_defaults_;
  NodeId node_;
  std::map<std::string, Entry, std::less<>> entries_;
  std::unordered_map<Uuid, Entry*> by_id_;
};

// Checks the leader epoch that a client believes in (KIP-320); -1 is no belief.
wire::ErrorCode check_epoch(const Partition& partition, LeaderEpoch believed);

}  // namespace odradek::broker
