// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "broker/auto_topic_creation.h"
#include "broker/broker_config.h"
#include "broker/catalogue_writer.h"
#include "broker/cleaner_status.h"
#include "broker/client_activity.h"
#include "broker/client_connections.h"
#include "broker/client_quotas.h"
#include "broker/cluster.h"
#include "broker/controller.h"
#include "broker/disk_space.h"
#include "broker/fetch_sessions.h"
#include "broker/fetch_wait.h"
#include "broker/group_coordinators.h"
#include "broker/internal_append.h"
#include "broker/leader_balancer.h"
#include "broker/listener.h"
#include "broker/log_cleaner.h"
#include "broker/log_retention.h"
#include "broker/log_syncs.h"
#include "broker/node_switch.h"
#include "broker/partition_table.h"
#include "broker/peers.h"
#include "broker/produce_wait.h"
#include "broker/producer_ids.h"
#include "broker/replication.h"
#include "broker/slab.h"
#include "broker/storage_pool.h"
#include "broker/timer.h"
#include "broker/transaction_coordinators.h"
#include "broker/transaction_membership.h"
#include "log/data_directory.h"
#include "meta/catalogue.h"
#include "wire/error_code.h"

#include <boost/asio/io_context.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace odradek::broker {

// One thread's broker: its event loop, listeners, connections, its view of the catalogue and the
// partitions it leads or follows. Nothing in it is shared with another thread and nothing is
// locked; other nodes are sent messages, and slow work goes to the storage pool and comes back as a
// message.
class Node {
 public:
  struct Parts {
    boost::asio::io_context& loop;
    BrokerConfig& config;
    log::FileSystem& files;
    log::DataDirectory& directory;
    const Cluster& cluster;
    Peers& peers;
    CleanerStatus& cleaner_status;
    ClientActivity& activity;
    meta::CatalogueView view;
    meta::Catalogue* catalogue;  // of the controller; null for other nodes
    std::vector<std::unique_ptr<Listener>>& listeners;
  };
  explicit Node(Parts parts);
  ~Node();

  // Lets clients in, if the catalogue says that the node is up.
  void start();
  // The last call on the node's own thread: turns clients away; what is under way at the storage
  // pool and with other nodes may go on arriving. Everything after it is done by one thread for
  // all.
  void leave();
  // Waits for the storage pool.
  void finish_background_work() { pool_.finish(); }
  // Makes every log durable and closes it.
  Result<> close_logs();

  // What handlers and connections use.
  boost::asio::io_context& loop() { return loop_; }
  BrokerConfig& config() { return config_; }
  const BrokerOptions& options() const { return config_.options(); }
  NodeId id() const { return id_; }
  const Cluster& cluster() const { return cluster_; }
  const meta::CatalogueView& view() const { return view_; }
  CatalogueWriter& catalogue() { return writer_; }
  PartitionTable& partitions() { return partitions_; }
  Replication& replication() { return replication_; }
  ClientConnections& connections() { return connections_; }
  ClientQuotas& quotas() { return quotas_; }
  FetchSessions& sessions() { return sessions_; }
  ProducerIds& producer_ids() { return producer_ids_; }
  GroupCoordinators& groups() { return groups_; }
  TransactionCoordinators& transactions() { return transactions_; }
  TransactionMemberships& memberships() { return memberships_; }
  AutoTopicCreation& auto_topic_creation() { return auto_topic_creation_; }
  log::DataDirectory& directory() { return directory_; }
  SlabPool& slabs() { return slabs_; }
  DiskSpace& disk_space() { return disk_space_; }
  CleanerStatus& cleaner_status() { return cleaner_status_; }
  ClientActivity& activity() { return activity_; }
  Timestamp now() const;

  // Who has which log, or who leads what, has changed.
  void follow_coordinators();

  // What nodes say to each other. A message that was written by a newer view than ours waits.
  template <class Content>
  void send(NodeId to, Content content) {
    peers_.send(to, {id_, view_.version(), std::move(content)});
  }
  void receive(Message message);

  NodeSwitch& node_switch() { return switch_; }

  // While something is done on the loop: whoever is answered meanwhile goes on when it is over.
  // What connections have staged is committed before it begins.
  class Turn {
   public:
    explicit Turn(Node& node) : Turn(node, Shared{}) {
      if (node.turns_ == 1) node.commit();
    }
    // One that shares the next commit with those of other connections.
    struct Shared {};
    Turn(Node& node, Shared) : node_(node) { ++node_.turns_; }
    ~Turn() { --node_.turns_; }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    Node& node_;
  };
  bool is_in_turn() const { return turns_ > 0; }

  // Appends are staged and written together, those of all connections that are ready at once: a
  // handler calls these, the connection asks for a commit when it has executed what it had.
  void staged(Partition& partition);
  void finish_at_commit(ProduceWait produce) { produces_.push_back(std::move(produce)); }
  void after_commit(AfterCommit step) { after_commit_.push_back(std::move(step)); }
  void fetch_is_due(const FetchWaitPtr& fetch) { due_.push_back(fetch); }
  void commit();
  void commit_soon();
  // The connection runs again, behind the next commit.
  void resume_later(ConnectionPtr connection);
  // What of a log is committed, or is not to be any more: NOT_LEADER_OR_FOLLOWER, or
  // KAFKA_STORAGE_ERROR. Nothing while that is open.
  std::optional<wire::ErrorCode> fate_of(const LogPosition& position);
  // More is committed: whoever waited for that goes on.
  void settle();
  // More of a log that is led here can be read.
  void publish(Partition& partition);

  StoragePool& storage_pool() { return pool_; }
  // Makes the log start offsets durable, away from the loop.
  void save_log_start_offsets(StoragePool::Done saved);
  void save_recovery_points_soon();
  // Removes a folder that was set aside, away from the loop.
  void remove_later(const std::string& set_aside);

 private:
  bool has_uncommitted() const;
  void begin_round_soon();
  void run_round();
  void read(Message& message);
  void apply(const Commit& commit);
  void run_background_tasks(Partition& partition);

  boost::asio::io_context& loop_;
  BrokerConfig& config_;
  NodeId id_;
  const Cluster& cluster_;
  Peers& peers_;
  CleanerStatus& cleaner_status_;
  ClientActivity& activity_;
  log::DataDirectory& directory_;
  meta::CatalogueView view_;
  StoragePool pool_;
  DiskSpace disk_space_;
  std::optional<Controller> controller_;
  CatalogueWriter writer_;
  log::TailCache cache_;
  SlabPool slabs_;
  PartitionTable partitions_;
  Replication replication_;
  LogSyncs syncs_;
  LogRetention retention_;
  LogCleaner cleaner_;
  FetchSessions sessions_;
  ProducerIds producer_ids_;
  GroupCoordinators groups_;
  TransactionCoordinators transactions_;
  TransactionMemberships memberships_;
  AutoTopicCreation auto_topic_creation_;
  ClientConnections connections_;
  ClientQuotas quotas_;
  NodeSwitch switch_;
  std::optional<LeaderBalancer> leader_balancer_;  // of the controller
  std::vector<Message> early_;                     // by a view that we do not have yet
  int turns_ = 0;
  bool has_left_ = false;
  std::vector<Partition*> dirty_;  // something is staged
  std::vector<ProduceWait> produces_;
  std::vector<AfterCommit> after_commit_;
  ProduceWaits unsettled_produces_;
  std::vector<AfterCommit> unsettled_steps_;
  std::vector<FetchWaitPtr> due_;
  std::vector<ConnectionPtr> resumed_;
  bool round_is_due_ = false;
  Timer checkpoint_timer_;
  bool checkpoint_is_due_ = false;
  std::int64_t last_expiry_ms_ = 0;
};

}  // namespace odradek::broker
