// SPDX-License-Identifier: Apache-2.0
#include "client/group_member.h"

#include "client/group_offsets.h"
#include "wire/11_join_group.h"
#include "wire/12_heartbeat.h"
#include "wire/13_leave_group.h"
#include "wire/14_sync_group.h"
#include "wire/reader.h"
#include "wire/writer.h"

#include <algorithm>
#include <set>

namespace odradek::client {

using std::chrono::steady_clock;
using wire::ErrorCode;

namespace {

constexpr std::int16_t protocol_version = 0;
constexpr std::int32_t session_timeout_ms = 45'000;
constexpr std::chrono::seconds heartbeat_interval{3};
constexpr std::chrono::seconds join_wait{300};  // others may take their rebalance time-out

// The protocol is written like a message that is not flexible.
struct Subscription {
  std::vector<std::string> topics;
  std::optional<Buffer> user_data;

  static void walk(auto& m, auto& wire) {
    wire(m.topics);
    wire(m.user_data, wire::always, wire::nullable());
  }
};

struct Assignment {
  struct Topic {
    std::string name;
    std::vector<PartitionId> partitions;

    static void walk(auto& m, auto& wire) {
      wire(m.name);
      wire(m.partitions);
    }
  };
  std::vector<Topic> topics;
  std::optional<Buffer> user_data;

  static void walk(auto& m, auto& wire) {
    wire(m.topics);
    wire(m.user_data, wire::always, wire::nullable());
  }
};

template <class Message>
Buffer encode(const Message& message) {
  wire::Output output;
  wire::Writer writer(output, 0, false);
  writer.write_number(protocol_version);
  writer.write(message);
  return std::move(output.bytes);
}

// Newer versions have more behind what is read here.
template <class Message>
Message decode(Bytes bytes) {
  Message message;
  wire::Reader reader(bytes, 0, false);
  reader.read_number<std::int16_t>();
  reader.read(message);
  return reader.ok() ? message : Message{};
}

}  // namespace

Buffer encode_subscription(const std::vector<std::string>& topics) {
  return encode(Subscription{topics, {}});
}

std::vector<std::string> decode_subscription(Bytes subscription) {
  return decode<Subscription>(subscription).topics;
}

Buffer encode_assignment(const std::vector<TopicPartition>& partitions) {
  Assignment assignment;
  for (const TopicPartition& each : partitions) {
    auto& topics = assignment.topics;
    if (topics.empty() || topics.back().name != each.topic) topics.push_back({each.topic, {}});
    topics.back().partitions.push_back(each.partition);
  }
  return encode(assignment);
}

std::vector<TopicPartition> decode_assignment(Bytes assignment) {
  std::vector<TopicPartition> partitions;
  for (const auto& topic : decode<Assignment>(assignment).topics) {
    for (const PartitionId id : topic.partitions) partitions.push_back({topic.name, id});
  }
  return partitions;
}

Result<> GroupMember::join() {
  Result<ErrorCode> tried = ErrorCode::none;
  cluster_.repeat([&] {
    tried = try_to_join();
    return tried ? *tried : ErrorCode::none;
  });
  if (!tried) return tried.error();
  next_heartbeat_ = steady_clock::now() + heartbeat_interval;
  TRY(outcome(*tried, {}, "group " + group_));
  has_to_join_ = false;
  return {};
}

void GroupMember::subscribe(std::vector<std::string> topics) {
  topics_ = std::move(topics);
  has_to_join_ = true;
}

Result<ErrorCode> GroupMember::try_to_join() {
  TRY(BrokerConnection* const broker, cluster_.coordinator(group_));
  wire::JoinGroupRequest request;
  request.group_id = group_;
  request.session_timeout_ms = request.rebalance_timeout_ms = session_timeout_ms;
  request.member_id = member_;
  request.protocol_type = "consumer";
  request.protocols.push_back({"range", encode_subscription(topics_)});
  broker->set_timeout(join_wait);
  TRY(const auto answer, broker->ask(request));
  broker->set_timeout(cluster_.settings().timeout);
  member_ = answer->member_id;
  const bool is_unknown = answer->error_code == ErrorCode::unknown_member_id;
  if (is_unknown) member_.clear();
  if (is_unknown || answer->error_code == ErrorCode::member_id_required) {
    return ErrorCode::rebalance_in_progress;  // asks again
  }
  if (answer->error_code != ErrorCode::none) return answer->error_code;
  generation_ = answer->generation_id;
  std::map<std::string, std::vector<std::string>> subscriptions;
  for (const auto& each : answer->members) {
    subscriptions[each.member_id] = decode_subscription(each.metadata);
  }
  if (answer->leader != member_) return sync({});
  TRY(const auto assignments, assign(subscriptions));
  return sync(assignments);
}

// Kafka: RangeAssignor: topic by topic, the first members get one more where it does not divide.
Result<std::vector<std::pair<std::string, Buffer>>> GroupMember::assign(
    const std::map<std::string, std::vector<std::string>>& subscriptions) {
  std::map<std::string, std::vector<std::string>> members;  // of topics
  for (const auto& [member, topics] : subscriptions) {
    for (const std::string& topic : topics) members[topic].push_back(member);
  }
  std::map<std::string, std::vector<TopicPartition>> assigned;
  for (const auto& [topic, its] : members) {
    const auto partitions = partitions_of(cluster_, topic);
    if (!partitions && partitions.error().fault == Fault::not_found) continue;  // not made yet
    if (!partitions) return partitions.error();
    const std::size_t each = partitions->size() / its.size();
    const std::size_t more = partitions->size() % its.size();
    std::size_t next = 0;
    for (std::size_t i = 0; i < its.size(); ++i) {
      for (const std::size_t end = next + each + (i < more ? 1 : 0); next < end; ++next) {
        assigned[its[i]].push_back((*partitions)[next]);
      }
    }
  }
  std::vector<std::pair<std::string, Buffer>> assignments;
  for (const auto& [member, topics] : subscriptions) {
    assignments.emplace_back(member, encode_assignment(assigned[member]));
  }
  return assignments;
}

Result<ErrorCode> GroupMember::sync(
    const std::vector<std::pair<std::string, Buffer>>& assignments) {
  TRY(BrokerConnection* const broker, cluster_.coordinator(group_));
  wire::SyncGroupRequest request;
  request.group_id = group_;
  request.generation_id = generation_;
  request.member_id = member_;
  request.protocol_type = "consumer";
  request.protocol_name = "range";
  for (const auto& [member, assignment] : assignments) {
    request.assignments.push_back({member, assignment});
  }
  broker->set_timeout(join_wait);
  TRY(const auto answer, broker->ask(request));
  broker->set_timeout(cluster_.settings().timeout);
  if (answer->error_code == ErrorCode::none) assignment_ = decode_assignment(answer->assignment);
  return answer->error_code;
}

Result<bool> GroupMember::keep_up() {
  if (!has_to_join_) {
    TRY(has_to_join_, is_over());
  }
  if (!has_to_join_) return false;
  TRY(join());
  return true;
}

Result<bool> GroupMember::is_over() {
  if (steady_clock::now() < next_heartbeat_) return false;
  next_heartbeat_ = steady_clock::now() + heartbeat_interval;
  TRY(BrokerConnection* const broker, cluster_.coordinator(group_));
  TRY(const auto answer, broker->ask(wire::HeartbeatRequest{group_, generation_, member_, {}}));
  const ErrorCode error = answer->error_code;
  if (error == ErrorCode::none) return false;
  const bool is_out = error == ErrorCode::unknown_member_id;
  const bool is_over =
      is_out || error == ErrorCode::rebalance_in_progress || error == ErrorCode::illegal_generation;
  if (!is_over && !is_retriable(error)) {
    TRY(outcome(error, {}, "group " + group_));
  }
  if (is_out) member_.clear();
  return true;
}

Result<> GroupMember::commit(const Commits& commits) {
  if (commits.empty()) return {};
  TRY(BrokerConnection* const broker, cluster_.coordinator(group_));
  auto request = commit_request(group_, commits);
  request.generation_id_or_member_epoch = generation_;
  request.member_id = member_;
  TRY(const auto answer, broker->ask(request, newest_commit_with_names));
  for (const auto& topic : answer->topics) {
    for (const auto& partition : topic.partitions) {
      const ErrorCode error = partition.error_code;
      const bool is_over = error == ErrorCode::rebalance_in_progress ||
                           error == ErrorCode::unknown_member_id ||
                           error == ErrorCode::illegal_generation;
      if (is_over) {  // whoever has the partition next reads again what was not committed
        next_heartbeat_ = {};
        return {};
      }
      TRY(outcome(partition.error_code, {}, "group " + group_ + ", topic " + topic.name));
    }
  }
  return {};
}

Result<> GroupMember::leave() {
  if (member_.empty()) return {};
  TRY(BrokerConnection* const broker, cluster_.coordinator(group_));
  wire::LeaveGroupRequest request;
  request.group_id = group_;
  request.member_id = member_;
  request.members.push_back({member_, {}, {}});
  TRY(const auto answer, broker->ask(request));
  return outcome(answer->error_code, {}, "group " + group_);
}

}  // namespace odradek::client
