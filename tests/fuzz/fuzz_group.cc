// SPDX-License-Identifier: Apache-2.0
// A log of __consumer_offsets with anything in it, and members that go on from there: the records
// are those of GroupContent.
#include "fuzz/group_content.h"
#include "group/coordinator.h"
#include "wire/reader.h"

#include <algorithm>

namespace {

using namespace odradek;

// Whatever was read, everything that can happen to a member happens.
void live(group::Coordinator& coordinator, Now now) {
  group::Actions actions;
  std::vector<std::string> ids;
  coordinator.for_each([&](const group::Group& each) { ids.push_back(each.id); });
  for (const std::string& id : ids) {
    const group::Group& group = *coordinator.find(id);
    (void)group.describe();
    if (group.members.empty()) continue;
    const group::Member member = group.members.all().begin()->second;
    wire::JoinGroupRequest join;
    join.group_id = id;
    join.session_timeout_ms = 10000;
    join.rebalance_timeout_ms = 10000;
    join.protocol_type = group.protocol_type.value_or("");
    join.protocols = member.protocols;
    join.group_instance_id = member.instance_id;
    coordinator.join(join, {.ticket = 1, .version = 9, .client_id = "c"}, now, actions);
    coordinator.check();
    join.member_id = member.id;
    coordinator.join(join, {.ticket = 2, .version = 9, .client_id = "c"}, now, actions);
    coordinator.check();
  }
  for (int i = 0; i < 100 && coordinator.wake_up(); ++i) {
    now.steady = std::max(now.steady, *coordinator.wake_up());
    coordinator.expire(now, actions);
    coordinator.check();
  }
  coordinator.clean_up(now.time, actions);
  coordinator.check();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  wire::Reader reader(std::as_bytes(std::span(data, size)), 0, true);
  test::GroupContent content;
  reader.read(content);
  const group::GroupConfig config;
  group::Coordinator coordinator(config);
  const Now now{TimePoint{} + std::chrono::hours{1}, Timestamp{1700000000000}};
  for (const auto& [key, value] : content.records) {
    (void)coordinator.replay(key, value, none_of<ProducerId>, now.time);
  }
  group::Actions actions;
  coordinator.finish_replay(now, actions);
  coordinator.check();
  live(coordinator, now);
  return 0;
}
