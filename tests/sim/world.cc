// SPDX-License-Identifier: Apache-2.0
#include "sim/world.h"

#include <spdlog/spdlog.h>

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
      broker_({"log.roll.ms=400", "log.index.interval.bytes=512", "log.cleaner.backoff.ms=20",
               "log.cleaner.min.cleanable.ratio=0.01", "log.cleaner.delete.retention.ms=100",
               "offsets.topic.num.partitions=2", "transaction.state.log.num.partitions=2",
               "odradek.tail.cache.bytes=65536"}),
      workload_(
          clients_, [this] { return broker_.connect(); }, model_) {}

bool World::run() {
  choose_next_event();
  start_broker();
  workload_.start();
  live(life);
  // From here on nothing more happens.
  next_event_ = Time::max();
  disk().set_space(much_space);
  disk().set_faults({});
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
  const auto begun = broker_.start();
  if (begun) return;
  // The disk may have failed meanwhile: that is its end. On a full one nothing starts.
  const bool may_fail = disk().is_off() || has_failed_ || begun.error().is_shortage();
  if (may_fail) return end_broker(End::power_cut);
  model_.fail("the broker does not start: " + begun.error().context);
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
    any = broker_.poll();
    clients_.restart();
    if (clients_.poll() > 0) any = true;
  }
}

void World::look_at_disk() {
  if (!broker_.is_up()) return start_broker();
  if (disk().is_off())
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
  disk().set_space(much_space);
  switch (chance(6)) {
    case 0:
      note("kill");
      return end_broker(End::kill);
    case 1:
      note("power cut");
      return end_broker(End::power_cut);
    case 2:
      note("power cut in the middle of something");
      return disk().cut_power_at(disk().steps() + 1 + static_cast<std::int64_t>(chance(200)));
    case 3:
      note("stop");
      return stop_broker();
    case 4:
      note("full disk");
      return disk().set_space(0);
    default:
      note("failing disk");
      disk().set_faults([this, left = chance(50)](const auto& action, const auto& path) mutable {
        if (has_failed_ || left-- > 0) return Result<>();
        has_failed_ = true;
        return Result<>(Error{Fault::io, action + " " + path + ": simulated"});
      });
  }
}

void World::end_broker(End how) {
  broker_.end(how);
  disk().set_space(much_space);
  has_failed_ = false;
}

void World::stop_broker() {
  if (!broker_.is_up()) return;
  const auto ended = broker_.stop();
  if (!ended && !has_failed_) {
    model_.fail("the broker does not stop in order: " + ended.error().context);
  }
  has_failed_ = false;
}

}  // namespace odradek::sim
