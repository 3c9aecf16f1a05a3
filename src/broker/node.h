// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "broker/broker_config.h"
#include "broker/catalogue_writer.h"
#include "broker/connection.h"
#include "broker/fetch_sessions.h"
#include "broker/fetch_wait.h"
#include "broker/listener.h"
#include "broker/partition_table.h"
#include "broker/produce_wait.h"
#include "broker/producer_ids.h"
#include "broker/slab.h"
#include "broker/storage_pool.h"
#include "log/data_directory.h"
#include "meta/catalogue.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/intrusive/list.hpp>

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace odradek::broker {

// One thread's broker: its event loop, listeners, connections and the partitions it leads. Nothing
// in it is shared with another thread and nothing is locked; slow work goes to the storage pool and
// comes back as a message.
class Node {
 public:
  struct Parts {
    boost::asio::io_context& loop;
    BrokerConfig& config;
    log::FileSystem& files;
    log::DataDirectory& directory;
    meta::Catalogue& catalogue;
    std::vector<std::unique_ptr<Listener>>& listeners;
  };
  explicit Node(const Parts& parts);
  ~Node();

  // Lets clients in.
  void start();
  // Turns clients away, finishes what is under way and makes every log durable.
  Result<> stop();

  // What handlers and connections use.
  boost::asio::io_context& loop() { return loop_; }
  BrokerConfig& config() { return config_; }
  const BrokerOptions& options() const { return config_.options(); }
  NodeId id() const { return {*options().node_id}; }
  const meta::CatalogueView& view() const { return catalogue_.view(); }
  CatalogueWriter& catalogue() { return catalogue_; }
  PartitionTable& partitions() { return partitions_; }
  FetchSessions& sessions() { return sessions_; }
  ProducerIds& producer_ids() { return producer_ids_; }
  log::DataDirectory& directory() { return directory_; }
  const std::vector<std::unique_ptr<Listener>>& listeners() const { return listeners_; }
  SlabPool& slabs() { return slabs_; }
  Timestamp now() const;

  // While a connection executes and answers.
  class Turn {
   public:
    explicit Turn(Node& node) : node_(node) { ++node_.turns_; }
    ~Turn() { --node_.turns_; }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    Node& node_;
  };
  bool is_in_turn() const { return turns_ > 0; }

  // Appends are staged and written together: a handler calls these, the connection commits when it
  // has executed what it had.
  void staged(Partition& partition);
  void finish_at_commit(ProduceWait produce) { produces_.push_back(std::move(produce)); }
  void fetch_is_due(const FetchWaitPtr& fetch) { due_.push_back(fetch); }
  void commit();

  // Makes the log start offsets durable, away from the loop.
  void save_log_start_offsets(StoragePool::Done saved);

  // Connections come and go.
  void admit(Listener& listener, boost::asio::ip::tcp::socket socket);
  void on_active(Connection& connection);
  void on_closed(Connection& connection);
  void log_refusal(std::string_view what, const std::string& peer);

  // Memory for requests under way. When it is used up a connection has to wait, except for one,
  // so that somebody can finish and give some back.
  struct Memory {
    std::size_t receiving = 0;
    std::size_t budget = 0;
  };
  Memory& memory() { return memory_; }
  bool may_receive(Connection& connection);
  void give_memory_back(Connection& connection);

 private:
  void catalogue_changed();
  void run_background_tasks(Partition& partition);
  void save_recovery_points_soon();
  void remove_later(const std::string& set_aside);
  void close_idle_connections();
  void watch_for_idle_connections();

  boost::asio::io_context& loop_;
  BrokerConfig& config_;
  log::DataDirectory& directory_;
  std::vector<std::unique_ptr<Listener>>& listeners_;
  StoragePool pool_;
  CatalogueWriter catalogue_;
  log::TailCache cache_;
  SlabPool slabs_;
  PartitionTable partitions_;
  FetchSessions sessions_;
  ProducerIds producer_ids_;
  int turns_ = 0;
  Memory memory_;
  Connection* privileged_ = nullptr;
  std::deque<ConnectionPtr> short_of_memory_;
  std::vector<Partition*> dirty_;  // something is staged
  std::vector<ProduceWait> produces_;
  std::vector<FetchWaitPtr> due_;
  // The one that has been silent longest comes first.
  boost::intrusive::list<Connection, boost::intrusive::constant_time_size<false>> connections_;
  std::size_t connection_count_ = 0;
  boost::asio::steady_timer idle_timer_;
  boost::asio::steady_timer checkpoint_timer_;
  bool checkpoint_is_due_ = false;
  bool watches_idle_ = false;
  std::chrono::steady_clock::time_point last_refusal_logged_{};
  std::int64_t last_expiry_ms_ = 0;
};

}  // namespace odradek::broker
