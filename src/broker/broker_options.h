// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/option.h"
#include "broker/client_options.h"
#include "broker/kafka_settings.h"
#include "meta/topic_options.h"

#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <string>

namespace odradek::broker {

// Every setting of the broker, under Kafka's names; those of topics are beside them, under their
// broker names. Values come from the defaults, the file, the environment and the command line, and
// for some from the catalogue while it runs (config_sources.h).
struct BrokerOptions : ClientOptions {
  BrokerOptions();

  Option<std::int32_t> node_id{*this, {"node.id", "The id of this broker."}, 1, at_least(0)};
  Option<std::int32_t> broker_id{
      *this, {"broker.id", "The older name of node.id; -1 where that one counts."}, -1};
  Option<std::string> listeners{
      *this,
      {"listeners",
       "Where the broker listens: name://host:port, comma separated. Without a host it listens on "
       "every address."},
      "PLAINTEXT://localhost:9092"};
  Option<std::optional<std::string>> advertised_listeners{
      *this,
      {"advertised.listeners",
       "The addresses that clients are told. Without it, each client is told the address by which "
       "it came.",
       per_broker},
      std::nullopt};
  Option<std::string> listener_security_protocol_map{
      *this,
      {"listener.security.protocol.map", "Which security protocol a listener name stands for."},
      "PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL"};
  Option<OptionList> controller_listener_names{
      *this,
      {"controller.listener.names",
       "Listeners of Kafka's controllers: they are left out, the broker is its own controller."},
      OptionList{"CONTROLLER"}};
  Option<std::optional<std::string>> log_dirs{
      *this, {"log.dirs", "The data directory; log.dir counts where it is not set."}, std::nullopt};
  Option<std::string> log_dir{*this, {"log.dir", "The data directory."}, "odradek-data"};
  Option<std::optional<std::string>> broker_rack{
      *this, {"broker.rack", "The rack that clients are told."}, std::nullopt};
  Option<std::int32_t> nodes{
      *this,
      {"odradek.nodes",
       "How many brokers the process is, each with a thread of its own. node.id counts up from one "
       "to the next, and so do the ports of listeners and advertised.listeners, by as many as "
       "there "
       "are listeners."},
      1,
      {1, 64}};
  Option<OptionList> racks{*this,
                           {"odradek.racks",
                            "The racks of those brokers, one after the other and then from the "
                            "first again; broker.rack counts where there are none."},
                           OptionList{}};
  Option<std::optional<std::string>> cluster_id{
      *this,
      {"cluster.id", "The id that a new cluster gets; a random one without it."},
      std::nullopt};

  Option<bool> auto_create_topics_enable{
      *this,
      {"auto.create.topics.enable", "Whether a client's question for a topic may create it."},
      true};
  Option<bool> delete_topic_enable{
      *this, {"delete.topic.enable", "Whether topics may be deleted."}, true};
  Option<std::int32_t> num_partitions{
      *this,
      {"num.partitions", "Partitions of a topic that does not say how many it wants."},
      1,
      at_least(1)};
  Option<std::int32_t> default_replication_factor{*this,
                                                  {"default.replication.factor",
                                                   "Replicas of a topic that does not say how many "
                                                   "it wants; at most as many as there are nodes."},
                                                  1,
                                                  at_least(1)};

  Option<bool> auto_leader_rebalance_enable{
      *this,
      {"auto.leader.rebalance.enable",
       "Whether partitions go back to their preferred leaders by themselves."},
      true};
  Option<std::int32_t> leader_imbalance_check_interval_seconds{
      *this,
      {"leader.imbalance.check.interval.seconds",
       "How long after leaders have moved they may go back by themselves."},
      300,
      at_least(1)};
  Option<std::optional<std::string>> replica_selector_class{
      *this,
      {"replica.selector.class",
       "Which replica a consumer reads from: the one of its rack with Kafka's "
       "RackAwareReplicaSelector, else the leader."},
      "org.apache.kafka.common.replica.RackAwareReplicaSelector"};

  Option<std::int32_t> fetch_max_bytes{
      *this, {"fetch.max.bytes", "The most that one fetch returns."}, 55 << 20, at_least(1024)};
  Option<std::int32_t> max_incremental_fetch_session_cache_slots{
      *this,
      {"max.incremental.fetch.session.cache.slots", "Fetch sessions kept at a time."},
      1000,
      at_least(0)};
  Option<std::int32_t> max_request_partition_size_limit{
      *this,
      {"max.request.partition.size.limit", "Partitions in one page of DescribeTopicPartitions."},
      2000,
      at_least(1)};
  Option<std::int32_t> producer_id_expiration_ms{
      *this,
      {"producer.id.expiration.ms", "After how long a silent idempotent producer is forgotten.",
       cluster_wide},
      86400000,
      at_least(1)};
  Option<std::int64_t> tail_cache_bytes{
      *this,
      {"odradek.tail.cache.bytes",
       "Memory for what was appended last, from which consumers at the tail are served; -1 is a "
       "sixteenth of the machine's, at most 64 MiB."},
      -1,
      at_least<std::int64_t>(-1)};
  Option<std::int64_t> page_cache_bytes{
      *this,
      {"odradek.page.cache.bytes",
       "What the records that were written last keep of the system's page cache, from which "
       "consumers that are behind are served; -1 is a quarter of the machine's memory."},
      -1,
      at_least<std::int64_t>(-1)};
  Option<std::int64_t> disk_reserve_bytes{
      *this,
      {"odradek.disk.reserve.bytes",
       "Space on the disk that records of producers do not take, so that committed offsets and "
       "transactions go on when it is full; -1 is a sixteenth of it, at most 256 MiB."},
      -1,
      at_least<std::int64_t>(-1)};
  Option<std::string> log_level{*this,
                                {"odradek.log.level", "What the broker logs: from this level on."},
                                "info",
                                {.one_of = {"debug", "info", "warn", "error", "off"}}};

  Option<std::int64_t> log_retention_check_interval_ms{
      *this,
      {"log.retention.check.interval.ms", "How often it is looked for segments to delete."},
      300000,
      at_least<std::int64_t>(1)};
  Option<std::int64_t> log_initial_task_delay_ms{
      *this,
      {"log.initial.task.delay.ms", "How long after the start it is looked for them first."},
      30000,
      at_least<std::int64_t>(0)};
  Option<bool> log_cleaner_enable{
      *this, {"log.cleaner.enable", "Whether logs are compacted."}, true};
  Option<std::int32_t> log_cleaner_threads{
      *this,
      {"log.cleaner.threads", "A node compacts one log at a time.", cluster_wide, accepted},
      1,
      at_least(0)};
  Option<std::int64_t> log_cleaner_dedupe_buffer_size{
      *this,
      {"log.cleaner.dedupe.buffer.size",
       "Memory for the keys of the log that is being compacted, taken while it is.", cluster_wide},
      std::int64_t{128} << 20,
      at_least<std::int64_t>(1024)};
  Option<double> log_cleaner_io_buffer_load_factor{
      *this,
      {"log.cleaner.io.buffer.load.factor",
       "How full that memory becomes: with more of it looking for a key takes longer.",
       cluster_wide},
      0.9,
      {0.01, 0.99}};
  Option<std::int32_t> log_cleaner_io_buffer_size{
      *this,
      {"log.cleaner.io.buffer.size", "Compaction takes the memory that a batch needs.",
       cluster_wide, accepted},
      512 << 10,
      at_least(0)};
  Option<double> log_cleaner_io_max_bytes_per_second{
      *this,
      {"log.cleaner.io.max.bytes.per.second", "How much compaction reads and writes, at most.",
       cluster_wide},
      std::numeric_limits<double>::max(),
      at_least(1.0)};
  Option<std::int64_t> log_cleaner_backoff_ms{
      *this,
      {"log.cleaner.backoff.ms", "How often it is looked for logs to compact.", cluster_wide},
      15000,
      at_least<std::int64_t>(0)};
  Option<std::int32_t> log_retention_hours{
      *this, {"log.retention.hours", "retention.ms in hours, where that is not set."}, 168};
  Option<std::optional<std::int32_t>> log_retention_minutes{
      *this,
      {"log.retention.minutes", "retention.ms in minutes, where that is not set."},
      std::nullopt};
  Option<std::int32_t> log_roll_hours{
      *this, {"log.roll.hours", "segment.ms in hours, where that is not set."}, 168, at_least(1)};

  Option<std::int64_t> leader_replication_throttled_rate{
      *this,
      {"leader.replication.throttled.rate", "Nothing is copied between replicas.", per_broker,
       accepted},
      std::numeric_limits<std::int64_t>::max(),
      at_least<std::int64_t>(0)};
  Option<std::int64_t> follower_replication_throttled_rate{
      *this,
      {"follower.replication.throttled.rate", "Nothing is copied between replicas.", per_broker,
       accepted},
      std::numeric_limits<std::int64_t>::max(),
      at_least<std::int64_t>(0)};
  Option<std::int64_t> replica_alter_log_dirs_io_max_bytes_per_second{
      *this,
      {"replica.alter.log.dirs.io.max.bytes.per.second",
       "There is one directory, so nothing is moved between them.", per_broker, accepted},
      std::numeric_limits<std::int64_t>::max(),
      at_least<std::int64_t>(0)};
  Option<std::string> process_roles{
      *this, {"process.roles", "Kafka's roles; a node has them all.", at_start, accepted}, ""};
  Option<std::string> controller_quorum_voters{
      *this,
      {"controller.quorum.voters", "Kafka's controllers; a node is its own.", at_start, accepted},
      ""};
  Option<std::optional<std::string>> inter_broker_listener_name{
      *this,
      {"inter.broker.listener.name", "Nodes do not talk over listeners.", at_start, accepted},
      std::nullopt};
  Option<std::optional<std::string>> zookeeper_connect{
      *this, {"zookeeper.connect", "There is no ZooKeeper.", at_start, accepted}, std::nullopt};
  Option<std::int32_t> num_network_threads{
      *this, {"num.network.threads", "A node is one thread.", at_start, accepted}, 3, at_least(1)};
  Option<std::int32_t> num_io_threads{
      *this, {"num.io.threads", "A node is one thread.", at_start, accepted}, 8, at_least(1)};

  bool selects_replica_by_rack() const {
    return replica_selector_class->value_or("").ends_with(".RackAwareReplicaSelector");
  }
  const std::string& data_directory() const { return *log_dirs ? **log_dirs : *log_dir; }

  // Kafka's other settings, which have no effect here (kafka_settings.cc).
  std::deque<KnownOption> others;

  // What topics inherit, under the topic's names; find_option() knows them by their broker names.
  meta::TopicOptions topic_defaults;

  // The option that Kafka calls `name` in a broker's configuration; null where it is unknown.
  OptionBase* find_option(std::string_view name) const;
  // All names, in the order of declaration, those of topic defaults last.
  std::vector<std::string_view> names() const;
};

}  // namespace odradek::broker
