// SPDX-License-Identifier: Apache-2.0
#include "group/expiry.h"

#include "group/rebalance.h"

#include <algorithm>

namespace odradek::group {

using wire::ErrorCode;

namespace {

class Expiry {
 public:
  Expiry(Group& group, const Step& step)
      : group_(group), step_(step), rebalance_(group, step), now_(step.now.steady) {}

  void run() {
    expire_pending();
    expire_members();
    if (group_.join_phase && group_.join_phase->deadline <= now_) end_join_phase();
    if (group_.sync_deadline && *group_.sync_deadline <= now_) end_sync_phase();
    find_next_wake_up();
  }

 private:
  void expire_pending() {
    const auto expired =
        std::erase_if(group_.pending, [&](const auto& each) { return each.second <= now_; });
    if (expired > 0) rebalance_.complete_join_if_all_have_joined();
  }

  void expire_members() {
    std::vector<std::string> due;
    for (auto& [id, member] : group_.members.all()) {
      if (member.session_deadline > now_) continue;
      if (member.is_alive_without_heartbeat()) {
        member.session_deadline = never;  // until it is answered
      } else {
        due.push_back(id);
      }
    }
    for (const std::string& id : due) rebalance_.remove(*group_.members.find(id));
    if (due.empty()) return;
    if (group_.is_in(State::preparing_rebalance)) {
      rebalance_.complete_join_if_all_have_joined();
    } else {
      rebalance_.prepare();
    }
  }

  // Kafka: tryCompleteInitialRebalanceElseSchedule.
  void end_join_phase() {
    Group::JoinPhase& phase = *group_.join_phase;
    const bool waits_for_more =
        phase.is_initial && phase.has_new_member && phase.remaining > milliseconds{0};
    if (!waits_for_more) return rebalance_.complete_join();
    const milliseconds delay = std::min(step_.config.initial_rebalance_delay, phase.remaining);
    phase.has_new_member = false;
    phase.remaining = std::max(phase.remaining - phase.last_delay, milliseconds{0});
    phase.last_delay = delay;
    phase.deadline = now_ + delay;
  }

  // Who was told of the generation and never asked for its assignment is not there.
  void end_sync_phase() {
    std::vector<std::string> missing;
    for (const auto& [id, member] : group_.members.all()) {
      if (member.has_to_sync) missing.push_back(id);
    }
    for (const std::string& id : missing) rebalance_.remove(*group_.members.find(id));
    group_.sync_deadline.reset();
    if (!missing.empty()) rebalance_.prepare();
  }

  void find_next_wake_up() {
    group_.wake_up.reset();
    for (const auto& [id, deadline] : group_.pending) group_.wake_up_by(deadline);
    for (const auto& [id, member] : group_.members.all()) {
      if (member.session_deadline != never) group_.wake_up_by(member.session_deadline);
    }
    if (group_.join_phase) group_.wake_up_by(group_.join_phase->deadline);
    if (group_.sync_deadline) group_.wake_up_by(*group_.sync_deadline);
  }

  Group& group_;
  const Step& step_;
  Rebalance rebalance_;
  TimePoint now_;
};

}  // namespace

ErrorCode heartbeat(Group& group, const wire::HeartbeatRequest& request, Now now) {
  const ErrorCode wrong = group.check_member(request.member_id, request.group_instance_id);
  if (wrong != ErrorCode::none) return wrong;
  if (request.generation_id != group.generation) return ErrorCode::illegal_generation;
  group.touch(*group.members.find(request.member_id), now.steady);
  return group.is_in(State::preparing_rebalance) ? ErrorCode::rebalance_in_progress
                                                 : ErrorCode::none;
}

void expire(Group& group, const Step& step) {
  // A phase that is prolonged by nothing ends at once.
  while (group.wake_up && *group.wake_up <= step.now.steady) Expiry(group, step).run();
}

}  // namespace odradek::group
