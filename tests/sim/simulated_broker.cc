// SPDX-License-Identifier: Apache-2.0
#include "sim/simulated_broker.h"

#include "broker/command_line.h"

#include <sys/socket.h>

#include <cerrno>
#include <stdexcept>
#include <utility>

// Asio does without it: it looks at its timers at each poll then, which is what a simulation wants,
// and sets no alarm for each of them, which takes most of the time of a life.
extern "C" int timerfd_create(int, int) noexcept {
  errno = ENOSYS;
  return -1;
}

namespace odradek::sim {

SimulatedBroker::SimulatedBroker(const std::vector<std::string>& settings)
    : disk_(std::make_unique<test::SimulatedDisk>()) {
  std::vector<const char*> arguments{"odradek", "--port", "0", "--data", "data"};
  for (const std::string& setting : settings) {
    arguments.push_back("--set");
    arguments.push_back(setting.c_str());
  }
  const auto parsed =
      broker::read_command_line(static_cast<int>(arguments.size()), arguments.data(), {}, config_);
  if (!parsed) throw std::invalid_argument(parsed.error().context);
}

SimulatedBroker::~SimulatedBroker() { end(End::kill); }

Result<> SimulatedBroker::start() {
  process_ = std::make_unique<broker::Process>(config_, *disk_);
  return process_->begin();
}

Result<> SimulatedBroker::stop() {
  auto ended = process_->end();
  process_.reset();
  const bool was_on = !disk_->is_off();
  disk_ = disk_->after_kill();
  return was_on ? std::move(ended) : Result<>();
}

void SimulatedBroker::end(End how) {
  auto left = how == End::kill ? disk_->after_kill()
                               : disk_->after_power_cut(Simulation::current()->random());
  disk_->cut_power_at(disk_->steps());
  if (process_) process_->abandon();
  process_.reset();
  disk_ = std::move(left);
}

std::optional<int> SimulatedBroker::connect() {
  if (!process_) return std::nullopt;
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0) {
    return std::nullopt;
  }
  broker::Node& node = process_->node(0);
  boost::asio::ip::tcp::socket socket(node.loop());
  socket.assign(boost::asio::ip::tcp::v4(), ends[0]);
  node.connections().admit(process_->listener(0), std::move(socket));
  return ends[1];
}

}  // namespace odradek::sim
