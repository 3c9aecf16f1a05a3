// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "broker/broker_config.h"
#include "broker/cluster.h"
#include "broker/control_socket.h"
#include "broker/listener.h"
#include "broker/node.h"
#include "broker/peers.h"
#include "log/data_directory.h"
#include "log/posix_file_system.h"
#include "meta/catalogue.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <atomic>
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
  explicit Process(BrokerConfig& config) : config_(config) {}

  // Runs until it is told to stop, the first node on this thread. Everything that keeps it from
  // starting is an error that names the cause and what to do.
  struct Started {
    std::string bootstrap;  // "host:port,..." of every node's first listener, where it listens
    NodeId first_node;
    std::size_t nodes = 0;
  };
  using Ready = std::function<void(const Started& started)>;
  Result<> run(const Ready& ready);

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

  Result<> make_seats();
  Result<> bind(Seat& seat);
  Result<> advertise(Seat& seat);
  void describe_cluster();
  Started started() const;
  Result<> open_data();
  void make_nodes();
  Result<> open_control();
  void control(const std::string& command, ControlSocket::Reply reply);
  void run_loops();
  void stop_loops();
  void finish_messages();
  Result<> close_data();
  void on_final_failure(const Error& error);

  BrokerConfig& config_;
  std::atomic<bool> is_serving_ = false;
  log::PosixFileSystem files_{[this](const Error& error) { on_final_failure(error); }};
  Cluster cluster_;
  LoopPeers peers_;
  std::unique_ptr<log::DataDirectory> directory_;
  meta::CatalogueView view_;  // as of the start
  std::unique_ptr<meta::Catalogue> catalogue_;
  std::vector<std::unique_ptr<Seat>> seats_;  // use all of the above
  std::optional<ControlSocket> control_;
};

}  // namespace odradek::broker
