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

// The partitions of which a node has a replica, kept in step with the catalogue. Every handler asks
// it who owns a partition, and passes on its refusal.
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
  // A partition of which this node has a replica, in whatever role, else NOT_LEADER_OR_FOLLOWER;
  // and one that is led here.
  Found find_replica(std::string_view topic, PartitionId id);
  Found find_replica(const Uuid& topic, PartitionId id);
  Found find(std::string_view topic, PartitionId id);
  Found find(const Uuid& topic, PartitionId id);

  // A partition that is led here, with its log, if the client believes in the right epoch, which is
  // looked at first: either both are set, or the error.
  struct Opened {
    Partition* partition = nullptr;
    log::PartitionLog* log = nullptr;
    wire::ErrorCode error = wire::ErrorCode::none;
  };
  Opened open(std::string_view topic, PartitionId id, LeaderEpoch believed = none_of<LeaderEpoch>);

  // The replica, whatever its role; null where there is none.
  Partition* replica(const Uuid& topic, PartitionId id);

  // A log that another node leads from now on; null where nobody had opened it.
  struct Departure {
    std::string topic;
    Uuid topic_id;
    PartitionId partition;
    NodeId new_leader;
    std::unique_ptr<log::PartitionLog> log;
  };
  // A sync of a log that passed this node by.
  struct LateSync {
    Uuid topic_id;
    PartitionId partition;
    SyncOutcome outcome;
  };
  struct Changes {
    std::vector<Departure> departures;
    std::vector<LateSync> late_syncs;
    std::vector<std::string> set_aside;  // folders of deleted topics, to be removed
  };
  // Takes over the next version of the view.
  Changes update(const meta::CatalogueView& view);
  // Broker-wide defaults have changed: every topic's configuration is worked out again.
  void refresh_configs();

  // Forgets what is known of a partition whose topic is gone, and moves its folder aside. Returns
  // the new name, empty where there is no such folder.
  std::string set_aside(const std::string& topic, const Uuid& topic_id, PartitionId id);

  void for_each(const std::function<void(Partition&)>& visit);

 private:
  struct Entry {
    meta::TopicPtr topic;
    std::vector<std::unique_ptr<Partition>> partitions;  // by id; null where there is no replica
  };
  std::shared_ptr<const log::LogConfig> config_of(const meta::Topic& topic) const;
  void bring_up_to_date(Entry& entry, const meta::TopicPtr& topic, Changes& changes);
  void bring_up_to_date(std::unique_ptr<Partition>& partition, const meta::TopicPtr& topic,
                        PartitionId id, const std::shared_ptr<const log::LogConfig>& config,
                        bool is_new, Changes& changes);
  void remove(Entry& entry, Changes& changes);
  const Entry* entry_of(std::string_view topic) const;
  const Entry* entry_of(const Uuid& topic) const;

  Partition::Shared shared_;
  const meta::TopicOptions& topic_defaults_;
  NodeId node_;
  std::map<std::string, Entry, std::less<>> entries_;
  std::unordered_map<Uuid, Entry*> by_id_;
};

// Checks the leader epoch that a client believes in (KIP-320); -1 is no belief.
wire::ErrorCode check_epoch(const Partition& partition, LeaderEpoch believed);

}  // namespace odradek::broker
