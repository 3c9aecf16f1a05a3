// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "group/actions.h"
#include "group/group_config.h"
#include "group/members.h"
#include "wire/15_describe_groups.h"
#include "wire/error_code.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace odradek::group {

enum class State {
  empty,                 // no members; there may be offsets
  preparing_rebalance,   // members are asked to join the next generation
  completing_rebalance,  // all have joined; the leader is asked who gets what
  stable,                // everyone has, or can get, an assignment
  dead,                  // gone from here, for good or to another coordinator
};
// As clients are told: "PreparingRebalance".
std::string_view name_of(State state);

inline constexpr std::string_view consumer_protocol_type = "consumer";

// A classic group: what it consists of, and what follows from that alone. What happens to it is
// decided in join, sync, leave, rebalance and expiry, and only they and its Coordinator change it.
// Kafka: ClassicGroup.
struct Group {
  // An empty one, made now.
  Group(std::string group_id, Timestamp now) : id(std::move(group_id)), state_since(now) {}
  // As it was recorded. Nobody's time runs before begin_sessions().
  Group(std::string group_id, const GroupMetadataValue& recorded);

  std::string id;
  State state = State::empty;
  State previous_state = State::dead;
  Timestamp state_since;  // -1 where a record did not say
  GenerationId generation{0};
  std::optional<std::string> protocol_type;  // of the members it has or had; none for offsets alone
  std::optional<std::string> protocol;       // the one that was agreed on
  Members members;
  // Ids that were handed out (KIP-394) and not used yet, and until when they may be.
  std::map<std::string, TimePoint, std::less<>> pending;
  // What the members of a consumer group want to read; none where that is not known.
  std::optional<std::set<std::string, std::less<>>> subscribed_topics;

  // When the phase ends even if somebody is missing.
  struct JoinPhase {
    TimePoint deadline;
    // A first rebalance waits for more members as long as more come, so long at most.
    bool is_initial = false;
    milliseconds last_delay{0};
    milliseconds remaining{0};
    bool has_new_member = false;
  };
  std::optional<JoinPhase> join_phase;
  std::optional<TimePoint> sync_deadline;

  // No time-out ends before this; the earliest of them may end later. None without time-outs.
  std::optional<TimePoint> wake_up;
  void wake_up_by(TimePoint deadline) {
    if (!wake_up || deadline < *wake_up) wake_up = deadline;
  }

  bool is_in(State wanted) const { return state == wanted; }
  bool is_pending(std::string_view member) const { return pending.find(member) != pending.end(); }
  bool uses_consumer_protocol() const { return protocol_type == consumer_protocol_type; }
  bool is_subscribed_to(std::string_view topic) const;
  bool all_have_joined() const {
    return pending.empty() && members.awaiting_join() == members.size();
  }

  void go_to(State next, Timestamp now);
  // The member was heard of: its session begins again.
  void touch(Member& member, TimePoint now) { expect(member, now + member.session_timeout); }
  void expect(Member& member, TimePoint deadline);
  // All members have a whole session ahead of them.
  void begin_sessions(TimePoint now);
  // Works out subscribed_topics from what the members sent.
  void learn_subscriptions();

  // Whether this is a member, under its right ids: UNKNOWN_MEMBER_ID or FENCED_INSTANCE_ID.
  wire::ErrorCode check_member(std::string_view member,
                               const std::optional<std::string>& instance) const;
  bool could_agree_with(std::string_view type, const std::vector<Protocol>& protocols) const;

  // What is recorded of it now.
  Record record() const;
  wire::DescribeGroupsResponse::DescribedGroup describe() const;

  // Aborts where it contradicts itself.
  void check() const;
};

}  // namespace odradek::group
