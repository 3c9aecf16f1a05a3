// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "base/simulation.h"
#include "broker/broker_config.h"
#include "broker/process.h"
#include "support/simulated_disk.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace odradek::sim {

// A broker on a disk that outlives it, in the thread and the time of the simulation that lives.
class SimulatedBroker {
 public:
  // "log.roll.ms=400": by their Kafka names; throws where there is no such setting.
  explicit SimulatedBroker(const std::vector<std::string>& settings);
  ~SimulatedBroker();

  // None of what it should have done on the way up is undone where it fails.
  Result<> start();
  bool is_up() const { return process_ != nullptr; }
  // In order; down it is in any case.
  Result<> stop();
  // At once: what it would still do does not come to the disk.
  enum class End { kill, power_cut };
  void end(End how);

  // Does what can be done now; whether there was anything.
  bool poll() { return process_ && process_->poll(); }
  // A client's end of a connection, as a descriptor; none while it is down.
  std::optional<int> connect();

  test::SimulatedDisk& disk() { return *disk_; }

 private:
  std::unique_ptr<test::SimulatedDisk> disk_;
  broker::BrokerConfig config_;
  std::unique_ptr<broker::Process> process_;
};

}  // namespace odradek::sim
