// SPDX-License-Identifier: Apache-2.0
#include "group/commit.h"

namespace odradek::group {

using wire::ErrorCode;

namespace {

constexpr wire::Version first_with_group_id_not_found = 9;

// From when on an offset is only kept for the retention time; none where it is not to expire.
std::optional<Timestamp> unused_since(const Group& group, const OffsetCommitValue& offset) {
  if (!group.protocol_type) return offset.commit_timestamp;
  if (group.is_in(State::empty)) {
    return group.state_since == Timestamp{} ? offset.commit_timestamp : group.state_since;
  }
  const bool knows_what_is_read = group.uses_consumer_protocol() && group.subscribed_topics;
  if (knows_what_is_read && group.is_in(State::stable)) return offset.commit_timestamp;
  return std::nullopt;
}

}  // namespace

ErrorCode check_commit(Group& group, const wire::OffsetCommitRequest& request, TimePoint now) {
  const GenerationId generation = request.generation_id_or_member_epoch;
  const bool names_generation = generation.value >= 0;
  if (!names_generation && group.is_in(State::empty)) return ErrorCode::none;
  const bool is_from_member =
      names_generation || !request.member_id.empty() || request.group_instance_id;
  if (!is_from_member) return ErrorCode::unknown_member_id;
  const ErrorCode wrong = group.check_member(request.member_id, request.group_instance_id);
  if (wrong != ErrorCode::none) return wrong;
  if (generation != group.generation) return ErrorCode::illegal_generation;
  if (group.is_in(State::completing_rebalance)) return ErrorCode::rebalance_in_progress;
  group.touch(*group.members.find(request.member_id), now);
  return ErrorCode::none;
}

ErrorCode check_commit(const Group& group, const wire::TxnOffsetCommitRequest& request) {
  const bool names_generation = request.generation_id.value >= 0;
  const bool is_from_member =
      names_generation || !request.member_id.empty() || request.group_instance_id;
  if (!is_from_member || (!names_generation && group.is_in(State::empty))) return ErrorCode::none;
  const ErrorCode wrong = group.check_member(request.member_id, request.group_instance_id);
  if (wrong != ErrorCode::none) return wrong;
  return request.generation_id == group.generation ? ErrorCode::none
                                                   : ErrorCode::illegal_generation;
}

ErrorCode check_commit_without_group(const wire::OffsetCommitRequest& request,
                                     wire::Version version) {
  if (request.generation_id_or_member_epoch.value < 0) return ErrorCode::none;
  return version >= first_with_group_id_not_found ? ErrorCode::group_id_not_found
                                                  : ErrorCode::illegal_generation;
}

bool has_expired(const Group& group, std::string_view topic, const OffsetCommitValue& offset,
                 Timestamp now, milliseconds retention) {
  const auto since = unused_since(group, offset);
  if (!since || group.is_subscribed_to(topic)) return false;
  if (offset.expire_timestamp != Timestamp{}) return now >= offset.expire_timestamp;
  return now - *since >= retention.count();
}

}  // namespace odradek::group
