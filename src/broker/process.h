// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "broker/broker_config.h"
#include "broker/listener.h"
#include "broker/node.h"
#include "log/data_directory.h"
#include "log/posix_file_system.h"
#include "meta/catalogue.h"

#include <boost/asio/io_context.hpp>

#include <memory>
#include <string>
#include <vector>

namespace odradek::broker {

// The broker as a process: what is brought up in which order, and taken down in the other.
//
// Up: addresses (so that a port in use changes nothing on disk), the catalogue's format, the lock
// of the data directory, the catalogue, the node; then clients are let in and `ready` is told.
// Down, on SIGTERM or SIGINT: clients, work under way, logs, checkpoints, the mark of a clean stop.
class Process {
 public:
  explicit Process(BrokerConfig& config) : config_(config) {}

  // Runs until it is told to stop. Everything that keeps it from starting is an error that names
  // the cause and what to do.
  using Ready = std::function<void(const Endpoint& first_listener)>;
  Result<> run(const Ready& ready);

 private:
  Result<> bind();
  Result<> open_data();
  Result<> advertise();

  BrokerConfig& config_;
  boost::asio::io_context loop_{1};
  log::PosixFileSystem files_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  std::unique_ptr<log::DataDirectory> directory_;
  std::unique_ptr<meta::Catalogue> catalogue_;
  std::unique_ptr<Node> node_;
};

}  // namespace odradek::broker
