// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/option.h"

#include <cstdint>
#include <limits>

namespace odradek::broker {

// The settings of coordinators, of groups and of transactions, and of the topics that they keep
// their state in: a part of BrokerOptions.
struct CoordinatorOptions : OptionSet {
  static constexpr auto at_start = OptionUpdate::at_start;
  static constexpr auto per_broker = OptionUpdate::per_broker;
  static constexpr auto cluster_wide = OptionUpdate::cluster_wide;
  static constexpr auto enforced = OptionEffect::enforced;
  static constexpr auto accepted = OptionEffect::accepted;

  Option<std::int32_t> offsets_topic_replication_factor{
      *this,
      {"offsets.topic.replication.factor",
       "Replicas of __consumer_offsets; at most as many as there are nodes."},
      3,
      {1, 32767}};
  Option<std::int32_t> offsets_topic_num_partitions{
      *this, {"offsets.topic.num.partitions", "Partitions of __consumer_offsets."}, 50, {1, 10000}};
  Option<std::int32_t> offsets_topic_segment_bytes{
      *this,
      {"offsets.topic.segment.bytes", "segment.bytes of __consumer_offsets."},
      104857600,
      at_least(1 << 20)};
  Option<std::int32_t> offsets_retention_minutes{
      *this,
      {"offsets.retention.minutes",
       "How long committed offsets are kept that no consumer of the group needs any more."},
      10080,
      at_least(1)};
  Option<std::int64_t> offsets_retention_check_interval_ms{
      *this,
      {"offsets.retention.check.interval.ms", "How often it is looked for such offsets."},
      600000,
      at_least<std::int64_t>(1)};
  Option<std::int32_t> offset_metadata_max_bytes{
      *this,
      {"offset.metadata.max.bytes", "The longest text that may be committed with an offset."},
      4096,
      at_least(0)};
  Option<std::int32_t> group_initial_rebalance_delay_ms{
      *this,
      {"group.initial.rebalance.delay.ms",
       "How long the first rebalance of a group waits for more members."},
      3000,
      at_least(0)};
  Option<std::int32_t> group_min_session_timeout_ms{
      *this,
      {"group.min.session.timeout.ms", "The shortest session time-out that a consumer may have."},
      6000,
      at_least(1)};
  Option<std::int32_t> group_max_session_timeout_ms{
      *this,
      {"group.max.session.timeout.ms", "The longest session time-out that a consumer may have."},
      1800000,
      at_least(1)};
  Option<std::int32_t> group_max_size{*this,
                                      {"group.max.size", "Members that a consumer group may have."},
                                      std::numeric_limits<std::int32_t>::max(),
                                      at_least(1)};

  Option<std::int32_t> transaction_state_log_replication_factor{
      *this,
      {"transaction.state.log.replication.factor",
       "Replicas of __transaction_state; at most as many as there are nodes."},
      3,
      {1, 32767}};
  Option<std::int32_t> transaction_state_log_min_isr{
      *this,
      {"transaction.state.log.min.isr", "min.insync.replicas of __transaction_state.", at_start,
       accepted},
      2,
      at_least(1)};
  Option<std::int32_t> transaction_state_log_num_partitions{
      *this,
      {"transaction.state.log.num.partitions", "Partitions of __transaction_state."},
      50,
      {1, 10000}};
  Option<std::int32_t> transaction_state_log_segment_bytes{
      *this,
      {"transaction.state.log.segment.bytes", "segment.bytes of __transaction_state."},
      104857600,
      at_least(1 << 20)};
  Option<std::int32_t> transaction_state_log_load_buffer_size{
      *this,
      {"transaction.state.log.load.buffer.size", "It is read a piece at a time.", at_start,
       accepted},
      5242880,
      at_least(1)};
  Option<std::int32_t> transaction_max_timeout_ms{
      *this,
      {"transaction.max.timeout.ms", "The longest time-out that a transaction may have."},
      900000,
      at_least(1)};
  Option<std::int32_t> transactional_id_expiration_ms{
      *this,
      {"transactional.id.expiration.ms",
       "How long a transactional id is remembered that nobody uses."},
      604800000,
      at_least(1)};
  Option<std::int32_t> transaction_remove_expired_interval_ms{
      *this,
      {"transaction.remove.expired.transaction.cleanup.interval.ms",
       "How often it is looked for such ids."},
      3600000,
      at_least(1)};
  Option<std::int32_t> transaction_abort_timed_out_interval_ms{
      *this,
      {"transaction.abort.timed.out.transaction.cleanup.interval.ms",
       "A transaction is aborted when its time is over.", at_start, accepted},
      10000,
      at_least(1)};
  Option<bool> transaction_partition_verification_enable{
      *this,
      {"transaction.partition.verification.enable",
       "Whether the coordinator is asked before a partition takes the first record of a "
       "transaction.",
       cluster_wide},
      true};
  Option<std::int32_t> add_partitions_to_txn_retry_backoff_ms{
      *this,
      {"add.partitions.to.txn.retry.backoff.ms", "Who waits is told at once.", at_start, accepted},
      20,
      at_least(1)};
  Option<std::int32_t> add_partitions_to_txn_retry_backoff_max_ms{
      *this,
      {"add.partitions.to.txn.retry.backoff.max.ms",
       "How long the first record of a transaction waits for the end of the one before.", at_start},
      100,
      at_least(0)};
  Option<std::int32_t> max_open_transactions{
      *this,
      {"odradek.max.open.transactions",
       "Transactions that a node coordinates at a time; who begins one more has to wait."},
      100000,
      at_least(1)};
  Option<bool> transaction_two_phase_commit_enable{
      *this,
      {"transaction.two.phase.commit.enable", "Two-phase commit is not served.", at_start,
       accepted},
      false};
};

}  // namespace odradek::broker
