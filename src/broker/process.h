// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "broker/broker_config.h"
#include "broker/cleaner_status.h"
#include "broker/client_activity.h"
#include "broker/cluster.h"
#include "broker/control_socket.h"
#include "broker/listener.h"
#include "broker/log_recovery.h"
#include "broker/node.h"
#include "broker/peers.h"
#include "broker/timer.h"
#include "log/data_directory.h"
#include "log/posix_file_system.h"
#include "meta/catalogue.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace odradek::broker {

// The broker as a process: one node or several, what is brought up in which order, and taken down
// in the other.
//
// Up: addresses (so that a port in use changes nothing on disk), the catalogue's format, the lock
// of the data directory, the catalogue, the nodes; then clients are let in and `ready` is told.
// Down, on SIGTERM or SIGINT: clients, the nodes' threads, work under way, logs, checkpoints, the
// mark of a clean stop.
class Process {
 public:
  explicit Process(BrokerConfig& config);
  // On another disk, and led in steps: everything on the caller's thread, as in a simulation.
  Process(BrokerConfig& config, log::FileSystem& files) : config_(config), files_(files) {}

  // Runs until it is told to stop, the first node on this thread. Everything that keeps it from
  // starting is an error that names the cause and what to do.
  struct Started {
    std::string bootstrap;  // "host:port,..." of every node's first listener, where it listens
    NodeId first_node;
    std::size_t nodes = 0;
    std::optional<LogRecovery::Progress> recovered;  // after a stop that was not in order
  };
  using Ready = std::function<void(const Started& started)>;
  Result<> run(const Ready& ready);

  // The same in steps. begin() lets clients in, poll() does what can be done now and returns
  // whether there was anything; then either an orderly end, or abandon(), where the disk takes
  // nothing any more, as if the process had been killed.
  Result<> begin();
  bool poll();
  Result<> end();
  void abandon();
  Node& node(std::size_t number) { return *seats_[number]->node; }
  // Ends when no client has been there for so long.
  void exit_when_idle_for(std::chrono::seconds time) { longest_idle_ = time; }
  Listener& listener(std::size_t number) { return *seats_[number]->listeners.front(); }

 private:
  // What one node has of its own.
  struct Seat {
    std::unique_ptr<BrokerConfig> config;
    boost::asio::io_context loop{1};
    // A node without clients still hears from the others.
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> stays{
        loop.get_executor()};
    std::vector<std::unique_ptr<Listener>> listeners;
    std::unique_ptr<Node> node;
    std::thread thread;
  };

  Result<> open();
  Result<> start();
  Result<> make_seats();
  Result<> bind(Seat& seat);
  Result<> advertise(Seat& seat);
  void describe_cluster();
  Started started() const;
  Result<> open_data();
  Result<> recover_logs();
  void make_nodes();
  void open_control();
  void control(const std::string& command, ControlSocket::Reply reply);
  void look_for_idleness();
  void run_loops();
  void stop_loops();
  void finish_messages();
  Result<> close_data();
  void on_final_failure(const Error& error);

  BrokerConfig& config_;
  std::atomic<bool> is_serving_ = false;
  std::optional<log::PosixFileSystem> posix_;
  log::FileSystem& files_;
  Cluster cluster_;
  LoopPeers peers_;
  CleanerStatus cleaner_status_;
  ClientActivity activity_;
  std::unique_ptr<log::DataDirectory> directory_;
  meta::CatalogueView view_;  // as of the start
  std::unique_ptr<meta::Catalogue> catalogue_;
  std::optional<LogRecovery::Progress> recovered_;
  std::vector<std::unique_ptr<Seat>> seats_;  // use all of the above
  std::optional<ControlSocket> control_;
  std::chrono::seconds longest_idle_{0};  // for ever
  std::unique_ptr<Timer> idle_timer_;
};

}  // namespace odradek::broker
