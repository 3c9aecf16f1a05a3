// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/simulation.h"
#include "sim/model.h"
#include "sim/simulated_broker.h"
#include "sim/workload.h"

#include <cstdint>
#include <map>
#include <string>

namespace odradek::sim {

// A broker, its clients, its disk and all that befalls them, in one thread and in a time of their
// own: everything follows from a seed.
class World {
 public:
  explicit World(std::uint64_t seed);

  // Lives through it; true where everything held that has to.
  bool run();

  const Model& model() const { return model_; }
  // What befell the broker: "kill", "power cut", ...
  const std::map<std::string, int>& events() const { return events_; }

 private:
  using Time = Simulation::Duration;

  std::uint64_t chance(std::uint64_t below) { return simulation_.random()() % below; }
  test::SimulatedDisk& disk() { return broker_.disk(); }
  void start_broker();
  void live(Time until);
  bool wait_for_clients();
  void turn();
  void look_at_disk();
  void choose_next_event();
  void happen();
  void note(const std::string& event);
  using End = SimulatedBroker::End;
  void end_broker(End how);
  void stop_broker();

  Simulation simulation_;
  SimulatedBroker broker_;
  boost::asio::io_context clients_;
  Model model_;
  Workload workload_;
  Time next_event_{};
  bool has_failed_ = false;  // the disk, for good
  std::map<std::string, int> events_;
};

}  // namespace odradek::sim
