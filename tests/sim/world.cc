// SPDX-License-Identifier: Apache-2.0
#include "sim/world.h"

#include "broker/command_line.h"

#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

// Asio does without it: it looks at its timers at each poll then, which is what a simulation wants,
// and sets no alarm for each of them, which takes most of the time of a life.
extern "C" int timerfd_create(int, int) noexcept {
  errno = ENOSYS;
  return -1;
}

namespace odradek::sim {
namespace {

using namespace std::chrono_literals;

constexpr auto smallest_step = 1ms;
constexpr auto life = 5s;
constexpr auto patience = 120s;  // until all clients have ended
constexpr std::int64_t much_space = std::int64_t{1} << 40;

}  // namespace

World::World(std::uint64_t seed)
    : simulation_(seed),
      disk_(std::make_unique<test::SimulatedDisk>()),
      workload_(
          clients_, [this] { return connect(); }, model_) {
  const std::vector<const char*> arguments{"odradek",
                                           "--port",
                                           "0",
                                           "--data",
                                           "data",
                                           "--set",
                                           "log.roll.ms=400",
                                           "--set",
                                           "log.index.interval.bytes=512",
                                           "--set",
                                           "log.cleaner.backoff.ms=20",
                                           "--set",
                                           "log.cleaner.min.cleanable.ratio=0.01",
                                           "--set",
                                           "log.cleaner.delete.retention.ms=100",
                                           "--set",
                                           "offsets.topic.num.partitions=2",
                                           "--set",
                                           "transaction.state.log.num.partitions=2",
                                           "--set",
                                           "odradek.tail.cache.bytes=65536"};
  const auto parsed =
      broker::read_command_line(static_cast<int>(arguments.size()), arguments.data(), {}, config_);
  if (!parsed) model_.fail(parsed.error().context);
}

World::~World() {
  if (broker_) end_broker(End::kill);
}

bool World::run() {
  if (!model_.problems().empty()) return false;
  choose_next_event();
  start_broker();
  workload_.start();
  live(life);
  // From here on nothing more happens.
  next_event_ = Time::max();
  disk_->set_space(much_space);
  disk_->set_faults({});
  workload_.stop();
  if (!wait_for_clients()) return false;
  workload_.start_check();
  if (!wait_for_clients()) return false;
  end_broker(End::power_cut);
  start_broker();
  workload_.start_check();
  return wait_for_clients() && model_.problems().empty();
}

bool World::wait_for_clients() {
  const Time limit = simulation_.time() + patience;
  while (!workload_.has_ended() && simulation_.time() < limit && model_.problems().empty()) {
    live(simulation_.time() + 10ms);
  }
  if (!workload_.has_ended() && model_.problems().empty()) {
    model_.fail("for ever waits: " + workload_.who_lives());
  }
  return model_.problems().empty();
}

void World::start_broker() {
  broker_ = std::make_unique<broker::Process>(config_, *disk_);
  const auto begun = broker_->begin();
  if (begun) return;
  // The disk may have failed meanwhile: that is its end. On a full one nothing starts.
  const bool may_fail = disk_->is_off() || has_failed_ || begun.error().is_shortage();
  if (may_fail) return end_broker(End::power_cut);
  model_.fail("the broker does not start: " + begun.error().context);
}

std::optional<int> World::connect() {
  if (!broker_) return std::nullopt;
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0) {
    return std::nullopt;
  }
  broker::Node& node = broker_->node(0);
  boost::asio::ip::tcp::socket socket(node.loop());
  socket.assign(boost::asio::ip::tcp::v4(), ends[0]);
  node.connections().admit(broker_->listener(0), std::move(socket));
  return ends[1];
}

void World::live(Time until) {
  while (simulation_.time() < until && model_.problems().empty()) {
    turn();
    look_at_disk();
    if (simulation_.time() >= next_event_) happen();
    const Time next = std::min({simulation_.next_expected(), next_event_, until});
    simulation_.pass(std::max<Time>(next - simulation_.time(), smallest_step));
  }
}

// All that can be done at this point in time.
void World::turn() {
  for (bool any = true; any;) {
    any = broker_ && broker_->poll();
    clients_.restart();
    if (clients_.poll() > 0) any = true;
  }
}

void World::look_at_disk() {
  if (!broker_) return start_broker();
  if (disk_->is_off())
    end_broker(End::power_cut);
  else if (has_failed_)
    end_broker(End::kill);
}

void World::choose_next_event() {
  next_event_ = simulation_.time() + std::chrono::milliseconds(50 + chance(900));
}

void World::note(const std::string& event) {
  ++events_[event];
  spdlog::info("at {} ms: {}",
               std::chrono::duration_cast<std::chrono::milliseconds>(simulation_.time()).count(),
               event);
}

void World::happen() {
  choose_next_event();
  disk_->set_space(much_space);
  switch (chance(6)) {
    case 0:
      note("kill");
      return end_broker(End::kill);
    case 1:
      note("power cut");
      return end_broker(End::power_cut);
    case 2:
      note("power cut in the middle of something");
      return disk_->cut_power_at(disk_->steps() + 1 + static_cast<std::int64_t>(chance(200)));
    case 3:
      note("stop");
      return stop_broker();
    case 4:
      note("full disk");
      return disk_->set_space(0);
    default:
      note("failing disk");
      disk_->set_faults([this, left = chance(50)](const auto& action, const auto& path) mutable {
        if (has_failed_ || left-- > 0) return Result<>();
        has_failed_ = true;
        return Result<>(Error{Fault::io, action + " " + path + ": simulated"});
      });
  }
}

// The broker ends at once; what it would still do does not come to the disk.
void World::end_broker(End how) {
  auto left = how == End::kill ? disk_->after_kill() : disk_->after_power_cut(simulation_.random());
  disk_->cut_power_at(disk_->steps());
  if (broker_) broker_->abandon();
  broker_.reset();
  disk_ = std::move(left);
  disk_->set_space(much_space);
  has_failed_ = false;
}

void World::stop_broker() {
  if (!broker_) return;
  const auto ended = broker_->end();
  if (!ended && !disk_->is_off() && !has_failed_) {
    model_.fail("the broker does not stop in order: " + ended.error().context);
  }
  broker_.reset();
  disk_ = disk_->after_kill();
  has_failed_ = false;
}

}  // namespace odradek::sim
