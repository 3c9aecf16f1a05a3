// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/option.h"

#include <cstdint>
#include <string>

namespace odradek::meta {

// The configuration of a group (Kafka: GroupConfig). All of it is about group protocols that are
// not served yet: it is checked, kept and described.
struct GroupOptions : OptionSet {
  static constexpr auto change = OptionUpdate::cluster_wide;
  static constexpr auto ignored = OptionEffect::ignored;

  using Number = Option<std::int32_t>;
  Number consumer_assignment_interval_ms{
      *this,
      {"consumer.assignment.interval.ms", "The shortest time between assignments.", change,
       ignored},
      1000,
      at_least(0)};
  Number consumer_heartbeat_interval_ms{
      *this,
      {"consumer.heartbeat.interval.ms", "How often members say that they live.", change, ignored},
      5000,
      at_least(1)};
  Number consumer_session_timeout_ms{
      *this,
      {"consumer.session.timeout.ms", "After how long a silent member is gone.", change, ignored},
      45000,
      at_least(1)};
  Number share_assignment_interval_ms{
      *this,
      {"share.assignment.interval.ms", "The shortest time between assignments.", change, ignored},
      1000,
      at_least(0)};
  Option<std::string> share_auto_offset_reset{
      *this,
      {"share.auto.offset.reset",
       "Where a new share group begins: latest, earliest or by_duration.", change, ignored},
      "latest"};
  Number share_delivery_count_limit{
      *this,
      {"share.delivery.count.limit", "How often a record is delivered at most.", change, ignored},
      5,
      at_least(2)};
  Number share_heartbeat_interval_ms{
      *this,
      {"share.heartbeat.interval.ms", "How often members say that they live.", change, ignored},
      5000,
      at_least(1)};
  Option<std::string> share_isolation_level{
      *this,
      {"share.isolation.level", "Whether records of open transactions are delivered.", change,
       ignored},
      "read_uncommitted",
      {.one_of = {"read_committed", "read_uncommitted"}}};
  Number share_partition_max_record_locks{
      *this,
      {"share.partition.max.record.locks", "Records of a partition that are out at a time.", change,
       ignored},
      2000,
      at_least(100)};
  Number share_record_lock_duration_ms{
      *this,
      {"share.record.lock.duration.ms", "After how long a record is delivered again.", change,
       ignored},
      30000,
      at_least(1000)};
  Option<bool> share_renew_acknowledge_enable{
      *this,
      {"share.renew.acknowledge.enable", "Whether members may keep a record for longer.", change,
       ignored},
      true};
  Number share_session_timeout_ms{
      *this,
      {"share.session.timeout.ms", "After how long a silent member is gone.", change, ignored},
      45000,
      at_least(1)};
  Number streams_assignment_interval_ms{
      *this,
      {"streams.assignment.interval.ms", "The shortest time between assignments.", change, ignored},
      1000,
      at_least(0)};
  Number streams_heartbeat_interval_ms{
      *this,
      {"streams.heartbeat.interval.ms", "How often members say that they live.", change, ignored},
      5000,
      at_least(1)};
  Number streams_initial_rebalance_delay_ms{
      *this,
      {"streams.initial.rebalance.delay.ms", "How long the first rebalance waits for more members.",
       change, ignored},
      3000,
      at_least(0)};
  Number streams_num_standby_replicas{
      *this,
      {"streams.num.standby.replicas", "Copies of each task's state.", change, ignored},
      0,
      at_least(0)};
  Number streams_session_timeout_ms{
      *this,
      {"streams.session.timeout.ms", "After how long a silent member is gone.", change, ignored},
      45000,
      at_least(1)};
};

// A subscription of metrics that clients are to push (Kafka: ClientMetricsConfigs); kept, as
// clients are not asked to push yet.
struct ClientMetricsOptions : OptionSet {
  static constexpr auto change = OptionUpdate::cluster_wide;
  static constexpr auto ignored = OptionEffect::ignored;

  Option<OptionList> metrics{
      *this, {"metrics", "Which metrics, by their prefixes.", change, ignored}, OptionList{}};
  Option<std::int32_t> interval_ms{
      *this, {"interval.ms", "How often.", change, ignored}, 300000, {100, 3600000}};
  Option<OptionList> match{*this, {"match", "Of which clients.", change, ignored}, OptionList{}};
};

}  // namespace odradek::meta
