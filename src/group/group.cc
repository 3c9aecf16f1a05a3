// SPDX-License-Identifier: Apache-2.0
#include "group/group.h"

#include "base/assert.h"
#include "wire/reader.h"

#include <utility>

namespace odradek::group {

using wire::ErrorCode;

namespace {

// The beginning of what a consumer says of itself (Kafka: ConsumerProtocolSubscription), which all
// versions have in common.
struct Subscription {
  std::vector<std::string> topics;

  static void walk(auto& m, auto& wire) { wire(m.topics); }
};

std::optional<Subscription> read_subscription(Bytes metadata) {
  wire::Reader reader(metadata, 0, false);
  const auto version = reader.read_number<wire::Version>();
  Subscription subscription;
  reader.read(subscription);
  if (!reader.ok() || version < 0) return std::nullopt;
  return subscription;
}

Member member_of(const GroupMetadataValue::MemberMetadata& recorded, const std::string& protocol) {
  const std::int32_t rebalance_timeout_ms = recorded.rebalance_timeout_ms == -1
                                                ? recorded.session_timeout_ms
                                                : recorded.rebalance_timeout_ms;
  Member member;
  member.id = recorded.member_id;
  member.instance_id = recorded.group_instance_id;
  member.client_id = recorded.client_id;
  member.client_host = recorded.client_host;
  member.rebalance_timeout = milliseconds{rebalance_timeout_ms};
  member.session_timeout = milliseconds{recorded.session_timeout_ms};
  member.protocols = {{protocol, recorded.subscription}};
  member.assignment = recorded.assignment;
  member.session_deadline = never;
  return member;
}

// Kafka: ClassicGroupState.validPreviousStates.
bool may_follow(State next, State before) {
  switch (next) {
    case State::empty:
    case State::completing_rebalance:
      return before == State::preparing_rebalance;
    case State::preparing_rebalance:
      return before == State::stable || before == State::completing_rebalance ||
             before == State::empty;
    case State::stable:
      return before == State::completing_rebalance;
    case State::dead:
      return true;
  }
  return false;
}

}  // namespace

std::string_view name_of(State state) {
  switch (state) {
    case State::empty:
      return "Empty";
    case State::preparing_rebalance:
      return "PreparingRebalance";
    case State::completing_rebalance:
      return "CompletingRebalance";
    case State::stable:
      return "Stable";
    case State::dead:
      return "Dead";
  }
  return "";
}

Group::Group(std::string group_id, const GroupMetadataValue& recorded)
    : id(std::move(group_id)),
      state(recorded.members.empty() ? State::empty : State::stable),
      state_since(recorded.current_state_timestamp),
      generation(recorded.generation),
      protocol(recorded.protocol) {
  const bool has_members = !recorded.members.empty();
  // Nobody writes members without a type and a protocol; where somebody did, they have none in
  // common with anybody.
  if (has_members || !recorded.protocol_type.empty()) protocol_type = recorded.protocol_type;
  if (has_members && !protocol) protocol.emplace();
  for (const auto& each : recorded.members) {
    const bool is_known = members.find(each.member_id) ||
                          (each.group_instance_id && members.find_static(*each.group_instance_id));
    if (is_known) continue;  // not ours; a member twice would contradict all else
    members.add(member_of(each, *protocol));
  }
  if (recorded.leader && members.find(*recorded.leader)) members.set_leader(recorded.leader);
  learn_subscriptions();
}

bool Group::is_subscribed_to(std::string_view topic) const {
  if (!subscribed_topics) return uses_consumer_protocol();
  return subscribed_topics->find(topic) != subscribed_topics->end();
}

void Group::go_to(State next, Timestamp now) {
  ASSERT(may_follow(next, state));
  previous_state = std::exchange(state, next);
  state_since = now;
}

void Group::expect(Member& member, TimePoint deadline) {
  member.session_deadline = deadline;
  wake_up_by(deadline);
}

void Group::begin_sessions(TimePoint now) {
  for (auto& [member_id, member] : members.all()) touch(member, now);
}

void Group::learn_subscriptions() {
  subscribed_topics.reset();
  if (!uses_consumer_protocol()) return;
  std::set<std::string, std::less<>> topics;
  for (const auto& [member_id, member] : members.all()) {
    const Protocol* const agreed = protocol ? member.find_protocol(*protocol) : nullptr;
    auto subscription = agreed ? read_subscription(agreed->metadata) : std::nullopt;
    if (!subscription) return;  // then nobody can say
    for (std::string& topic : subscription->topics) topics.insert(std::move(topic));
  }
  subscribed_topics = std::move(topics);
}

ErrorCode Group::check_member(std::string_view member,
                              const std::optional<std::string>& instance) const {
  if (instance) {
    const std::string* const owner = members.find_static(*instance);
    if (!owner) return ErrorCode::unknown_member_id;
    if (*owner != member) return ErrorCode::fenced_instance_id;
  }
  return members.find(member) ? ErrorCode::none : ErrorCode::unknown_member_id;
}

bool Group::could_agree_with(std::string_view type, const std::vector<Protocol>& protocols) const {
  if (is_in(State::empty)) return !type.empty() && !protocols.empty();
  return protocol_type == type &&
         (members.empty() ? !protocols.empty() : members.could_agree_with(protocols));
}

Record Group::record() const {
  GroupMetadataValue value;
  value.protocol_type = protocol_type.value_or("");
  value.generation = generation;
  value.protocol = protocol;
  value.leader = members.leader();
  value.current_state_timestamp = state_since;
  for (const auto& [member_id, member] : members.all()) {
    const Protocol* const agreed = protocol ? member.find_protocol(*protocol) : nullptr;
    ASSERT(agreed != nullptr);
    value.members.push_back(
        {.member_id = member_id,
         .group_instance_id = member.instance_id,
         .client_id = member.client_id,
         .client_host = member.client_host,
         .rebalance_timeout_ms = static_cast<std::int32_t>(member.rebalance_timeout.count()),
         .session_timeout_ms = static_cast<std::int32_t>(member.session_timeout.count()),
         .subscription = agreed->metadata,
         .assignment = member.assignment});
  }
  return record_of(GroupMetadataKey{id}, value);
}

wire::DescribeGroupsResponse::DescribedGroup Group::describe() const {
  wire::DescribeGroupsResponse::DescribedGroup described;
  described.group_id = id;
  described.group_state = name_of(state);
  described.protocol_type = protocol_type.value_or("");
  if (is_in(State::stable)) described.protocol_data = protocol.value_or("");
  for (const auto& [member_id, member] : members.all()) {
    auto& each = described.members.emplace_back();
    each.member_id = member_id;
    each.group_instance_id = member.instance_id;
    each.client_id = member.client_id;
    each.client_host = member.client_host;
    each.member_assignment = member.assignment;
    const Protocol* const agreed = member.find_protocol(described.protocol_data);
    if (is_in(State::stable) && agreed) each.member_metadata = agreed->metadata;
  }
  return described;
}

void Group::check() const {
  members.check();
  for (const auto& [member_id, deadline] : pending) {
    ASSERT(members.find(member_id) == nullptr);
    ASSERT(wake_up && *wake_up <= deadline);
  }
  for (const auto& [member_id, member] : members.all()) {
    ASSERT(member.session_deadline == never || (wake_up && *wake_up <= member.session_deadline));
    ASSERT(!member.awaiting_join || is_in(State::preparing_rebalance));
    ASSERT(!member.awaiting_sync || is_in(State::completing_rebalance));
    ASSERT(!member.has_to_sync || sync_deadline.has_value());
    ASSERT(!member.is_new || is_in(State::preparing_rebalance));
  }
  ASSERT(!is_in(State::empty) || members.empty());
  ASSERT(members.empty() || protocol_type.has_value());
  ASSERT(join_phase.has_value() == is_in(State::preparing_rebalance));
  ASSERT(!join_phase || *wake_up <= join_phase->deadline);
  ASSERT(!sync_deadline || *wake_up <= *sync_deadline);
  ASSERT(!sync_deadline || is_in(State::completing_rebalance) || is_in(State::stable));
  if (is_in(State::stable)) ASSERT(!members.empty() && members.select_protocol() == protocol);
}

}  // namespace odradek::group
