// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "group/group.h"

namespace odradek::group {

// How a group gets from one generation to the next: everyone is asked to join, the leader to say
// who gets what. Made for one step. Kafka: GroupMetadataManager.prepareRebalance and what it calls.
class Rebalance {
 public:
  Rebalance(Group& group, Step step) : group_(group), step_(step) {}

  // Begins one. The group is empty, stable, or completing another.
  void prepare();
  // Something has changed that needs one: begins it, or goes on with the one under way.
  void prepare_or_complete_join();
  // Ends the join phase if it may end: nobody is missing and it does not wait for more to come.
  void try_complete_join();
  // Ends it without those who are missing.
  void complete_join();
  // All that there are have joined; nobody more can be expected.
  void complete_join_if_all_have_joined();

  // The leader has said who gets what; who it forgot gets nothing.
  void assign(const std::vector<wire::SyncGroupRequest::SyncGroupRequestAssignment>& assignments);

  // Takes a member out; what it waits for is answered with `error`. The rebalance that this needs
  // is the caller's next call.
  void remove(Member& member, wire::ErrorCode error = wire::ErrorCode::unknown_member_id);

  // The answers to those who wait; each is sent at most once.
  void answer_join(Member& member, wire::JoinGroupResponse response);
  void answer_sync(Member& member, wire::ErrorCode error);

  // The generation as a member is told of it; the leader is told of all members.
  wire::JoinGroupResponse current_generation(const Member& member) const;

 private:
  void begin_join_phase(bool is_initial);
  void remove_missing_members();
  bool elect_leader_among_joined();
  void begin_next_generation();
  void drop_assignments(wire::ErrorCode error);

  Group& group_;
  Step step_;
};

// A refusal: in it, nothing but what to call the member, and why.
wire::JoinGroupResponse refuse_join(std::string member, wire::ErrorCode error);
wire::SyncGroupResponse refuse_sync(wire::ErrorCode error);

}  // namespace odradek::group
