// SPDX-License-Identifier: Apache-2.0
#include "group/join.h"

#include "base/assert.h"
#include "group/rebalance.h"

#include <algorithm>
#include <utility>

namespace odradek::group {

using wire::ErrorCode;

namespace {

constexpr wire::Version first_with_member_id_first = 4;
constexpr wire::Version first_with_skipped_assignment = 9;

class Join {
 public:
  Join(Group& group, const wire::JoinGroupRequest& request, const Caller& caller, const Step& step)
      : group_(group),
        request_(request),
        caller_(caller),
        step_(step),
        rebalance_(group, step),
        protocols_(without_repeats(request.protocols)) {}

  void run() {
    if (!has_room()) {
      give_up_place();
      return refuse("", ErrorCode::group_max_size_reached);
    }
    const bool has_id = !request_.member_id.empty();
    if (!group_.could_agree_with(request_.protocol_type, protocols_)) {
      return refuse(request_.member_id, ErrorCode::inconsistent_group_protocol);
    }
    if (has_id) return join_by_id();
    request_.group_instance_id ? join_as_static() : join_as_newcomer();
  }

 private:
  // Kafka: acceptJoiningMember. While members join, those who wait count, not those who were there:
  // so the last ones to come back find no room where the limit was lowered.
  bool has_room() const {
    const Member* const member = group_.members.find(request_.member_id);
    const std::size_t most = step_.config.max_size;
    switch (group_.state) {
      case State::empty:
      case State::dead:
        return true;
      case State::preparing_rebalance:
        return (member && member->awaiting_join) || group_.members.awaiting_join() < most;
      case State::completing_rebalance:
      case State::stable:
        return member || group_.members.size() < most;
    }
    return false;
  }

  // It will not be waited for. Kafka forgets to look whether all others are there already.
  void give_up_place() {
    if (Member* const member = group_.members.find(request_.member_id)) rebalance_.remove(*member);
    group_.pending.erase(request_.member_id);
    rebalance_.try_complete_join();
  }

  void join_as_newcomer() {
    std::string id = make_member_id(caller_.client_id, caller_.fresh_id);
    if (caller_.version < first_with_member_id_first) return add(std::move(id));
    // KIP-394: a client that does not come back with its id leaves no member behind.
    if (group_.pending.size() >= max_pending_members) forget_oldest_pending();
    const TimePoint deadline = step_.now.steady + session_timeout();
    group_.pending[id] = deadline;
    group_.wake_up_by(deadline);
    refuse(std::move(id), ErrorCode::member_id_required);
  }

  void forget_oldest_pending() {
    group_.pending.erase(std::min_element(
        group_.pending.begin(), group_.pending.end(),
        [](const auto& one, const auto& other) { return one.second < other.second; }));
  }

  void join_as_static() {
    const std::string id = make_member_id(*request_.group_instance_id, caller_.fresh_id);
    const std::string* const known = group_.members.find_static(*request_.group_instance_id);
    known ? come_back_as_static(std::string(*known), id) : add(id);
  }

  void join_by_id() {
    const std::string& id = request_.member_id;
    if (group_.is_pending(id)) {
      // Ids of static members are never handed out first.
      if (request_.group_instance_id) return refuse(id, ErrorCode::unknown_member_id);
      return add(id);
    }
    const ErrorCode wrong = group_.check_member(id, request_.group_instance_id);
    if (wrong != ErrorCode::none) return refuse(id, wrong);
    Member& member = *group_.members.find(id);
    const bool has_changed = !same_protocols(member.protocols, protocols_);
    switch (group_.state) {
      case State::preparing_rebalance:
        return update_and_rebalance(member);
      case State::completing_rebalance:
        // The answer to its first try may have got lost.
        return has_changed ? update_and_rebalance(member) : tell_generation(member);
      case State::stable:
        // The leader comes again where something changed that members do not see: a topic grew.
        return has_changed || group_.members.is_leader(id) ? update_and_rebalance(member)
                                                           : tell_generation(member);
      case State::empty:
      case State::dead:
        return refuse(id, ErrorCode::unknown_member_id);
    }
  }

  void add(std::string id) {
    if (group_.join_phase) group_.join_phase->has_new_member = true;
    if (group_.members.empty()) group_.protocol_type = request_.protocol_type;
    group_.pending.erase(id);
    Member member;
    member.id = std::move(id);
    member.instance_id = request_.group_instance_id;
    member.client_id = caller_.client_id;
    member.client_host = caller_.client_host;
    member.is_new = true;
    Member& added = group_.members.add(std::move(member));
    update(added);
    group_.expect(added, step_.now.steady + new_member_join_timeout);
    group_.members.set_awaiting_join(added, caller_.ticket);
    rebalance_.prepare_or_complete_join();
  }

  // Kafka: updateStaticMemberThenRebalanceOrCompleteJoin. Whoever had the instance is fenced.
  void come_back_as_static(const std::string& old_id, const std::string& new_id) {
    Member& before = *group_.members.find(old_id);
    rebalance_.answer_join(before, refuse_join(old_id, ErrorCode::fenced_instance_id));
    rebalance_.answer_sync(before, ErrorCode::fenced_instance_id);
    const std::string old_leader = group_.members.leader().value_or("");
    Member& member = group_.members.rename_static(old_id, new_id);
    member.is_new = false;
    group_.touch(member, step_.now.steady);
    update(member);
    const bool may_go_on =
        group_.is_in(State::stable) && group_.members.select_protocol() == group_.protocol;
    if (may_go_on && group_.record().size() <= step_.config.max_record_bytes) {
      return resume(member, old_leader);
    }
    group_.members.set_awaiting_join(member, caller_.ticket);
    rebalance_.prepare_or_complete_join();
  }

  // The generation goes on with the assignment that the instance had: no rebalance (KIP-345). A
  // leader is told to leave it at that (KIP-814); a client that would not understand is told that
  // somebody else leads.
  void resume(Member& member, const std::string& old_leader) {
    step_.actions.records.push_back(group_.record());
    auto response = rebalance_.current_generation(member);
    if (caller_.version >= first_with_skipped_assignment) {
      response.skip_assignment = group_.members.is_leader(member.id);
    } else {
      response.leader = old_leader;
      response.members.clear();
    }
    step_.actions.reply(caller_.ticket, std::move(response));
  }

  void update_and_rebalance(Member& member) {
    update(member);
    // Whoever asks twice at a time gets the answer on the later request.
    rebalance_.answer_join(member, refuse_join(member.id, ErrorCode::rebalance_in_progress));
    // One that waits for its assignment has to hear before it joins again.
    rebalance_.answer_sync(member, ErrorCode::rebalance_in_progress);
    group_.members.set_awaiting_join(member, caller_.ticket);
    rebalance_.prepare_or_complete_join();
  }

  void update(Member& member) {
    group_.members.set_protocols(member, protocols_);
    member.session_timeout = session_timeout();
    member.rebalance_timeout = rebalance_timeout();
  }

  void tell_generation(const Member& member) {
    step_.actions.reply(caller_.ticket, rebalance_.current_generation(member));
  }

  void refuse(std::string member, ErrorCode error) {
    step_.actions.reply(caller_.ticket, refuse_join(std::move(member), error));
  }

  milliseconds session_timeout() const { return milliseconds{request_.session_timeout_ms}; }
  milliseconds rebalance_timeout() const {
    // Version 0 has only the one time-out.
    const bool has_own = caller_.version > 0;
    return milliseconds{has_own ? request_.rebalance_timeout_ms : request_.session_timeout_ms};
  }

  Group& group_;
  const wire::JoinGroupRequest& request_;
  const Caller& caller_;
  const Step& step_;
  Rebalance rebalance_;
  std::vector<Protocol> protocols_;
};

}  // namespace

ErrorCode check_join(const wire::JoinGroupRequest& request, const GroupConfig& config) {
  if (request.group_id.empty()) return ErrorCode::invalid_group_id;
  const milliseconds session{request.session_timeout_ms};
  if (session < config.min_session_timeout || session > config.max_session_timeout) {
    return ErrorCode::invalid_session_timeout;
  }
  return ErrorCode::none;
}

void join(Group& group, const wire::JoinGroupRequest& request, const Caller& caller,
          const Step& step) {
  Join(group, request, caller, step).run();
}

}  // namespace odradek::group
