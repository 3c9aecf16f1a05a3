// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "group/coordinator.h"

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace odradek::test {

using group::milliseconds;
using wire::ErrorCode;

// A coordinator with its clock in the test's hand: each call is one step, after which the
// coordinator checks itself. Replies are kept until they are asked for.
class GroupScript : public testing::Test {
 protected:
  using JoinRequest = wire::JoinGroupRequest;
  using JoinResponse = wire::JoinGroupResponse;
  using SyncResponse = wire::SyncGroupResponse;
  using Identity = wire::LeaveGroupRequest::MemberIdentity;

  static constexpr std::string_view g = "g";

  // A JoinGroup of a consumer; change what the test is about.
  static JoinRequest join_request(std::string member = "") {
    JoinRequest request;
    request.group_id = g;
    request.session_timeout_ms = 10000;
    request.rebalance_timeout_ms = 60000;
    request.member_id = std::move(member);
    request.protocol_type = "consumer";
    request.protocols = {{"range", subscription({"t"})}};
    return request;
  }
  static JoinRequest static_join(std::string instance, std::string member = "") {
    JoinRequest request = join_request(std::move(member));
    request.group_instance_id = std::move(instance);
    return request;
  }
  static Buffer subscription(const std::vector<std::string>& topics) {
    Buffer bytes;
    append_big<std::int16_t>(bytes, 0);
    append_big(bytes, static_cast<std::int32_t>(topics.size()));
    for (const std::string& topic : topics) {
      append_big(bytes, static_cast<std::int16_t>(topic.size()));
      append(bytes, as_bytes(topic));
    }
    append_big<std::int32_t>(bytes, -1);  // no user data
    return bytes;
  }
  static Buffer blob(std::string_view text) {
    const Bytes bytes = as_bytes(text);
    return {bytes.begin(), bytes.end()};
  }

  // Sends it; the reply comes under the ticket, now or later.
  group::Ticket join(const JoinRequest& request, wire::Version version = 9) {
    const group::Ticket ticket = ++last_ticket_;
    Uuid fresh;
    store_big(fresh.bytes.data() + 8, static_cast<std::int64_t>(ticket));
    run([&](group::Actions& actions) {
      coordinator_->join(request, {ticket, version, "client", "/127.0.0.1", fresh}, now_, actions);
    });
    return ticket;
  }
  group::Ticket sync(std::string member, std::int32_t generation,
                     std::vector<std::pair<std::string, std::string>> assignments = {},
                     std::optional<std::string> instance = {}) {
    wire::SyncGroupRequest request;
    request.group_id = g;
    request.member_id = std::move(member);
    request.generation_id = {generation};
    request.group_instance_id = std::move(instance);
    request.protocol_type = "consumer";
    request.protocol_name = "range";
    for (const auto& [id, assignment] : assignments) {
      request.assignments.push_back({id, blob(assignment)});
    }
    return sync(request);
  }
  group::Ticket sync(const wire::SyncGroupRequest& request) {
    const group::Ticket ticket = ++last_ticket_;
    run([&](group::Actions& actions) {
      coordinator_->sync(request, {.ticket = ticket, .version = 5}, now_, actions);
    });
    return ticket;
  }
  ErrorCode heartbeat(const std::string& member, std::int32_t generation,
                      std::optional<std::string> instance = {}) {
    const ErrorCode error =
        coordinator_->heartbeat({std::string(g), {generation}, member, std::move(instance)}, now_);
    coordinator_->check();
    return error;
  }
  std::vector<ErrorCode> leave(const std::vector<Identity>& members) {
    std::vector<ErrorCode> errors;
    run([&](group::Actions& actions) {
      for (const auto& each : coordinator_->leave(std::string(g), members, now_, actions)) {
        errors.push_back(each.error_code);
      }
    });
    return errors;
  }
  // Commits one offset of t-0, as a member, or as nobody.
  ErrorCode commit(std::int64_t offset, const std::string& member = "",
                   std::int32_t generation = -1, wire::Version version = 8,
                   std::optional<std::string> instance = {}) {
    wire::OffsetCommitRequest request;
    request.group_id = g;
    request.member_id = member;
    request.generation_id_or_member_epoch = {generation};
    request.group_instance_id = std::move(instance);
    ErrorCode error = coordinator_->check_commit(request, version, now_);
    run([&](group::Actions& actions) {
      if (error == ErrorCode::none) error = commit_to("t", 0, offset, actions);
    });
    return error;
  }
  ErrorCode commit_to(const std::string& topic, std::int32_t partition, std::int64_t offset,
                      group::Actions& actions) {
    group::OffsetCommitValue value;
    value.offset = {offset};
    value.commit_timestamp = now_.time;
    return coordinator_->commit({std::string(g), topic, {partition}}, value, actions);
  }
  std::optional<std::int64_t> committed(std::string_view topic = "t", std::int32_t partition = 0) {
    const auto* const value = coordinator_->find_offset(g, topic, {partition});
    return value ? std::optional(value->offset.value) : std::nullopt;
  }

  // Time passes, and whatever is due happens at its moment.
  void pass(milliseconds time) {
    const TimePoint end = now_.steady + time;
    for (;;) {
      const auto next = coordinator_->wake_up();
      if (!next || *next > end) break;
      move_to(std::max(*next, now_.steady));
      run([&](group::Actions& actions) { coordinator_->expire(now_, actions); });
    }
    move_to(end);
  }

  // The reply to a ticket; there is one by now.
  JoinResponse joined(group::Ticket ticket) { return take(joins_, ticket); }
  SyncResponse synced(group::Ticket ticket) { return take(syncs_, ticket); }
  bool has_joined(group::Ticket ticket) const { return joins_.contains(ticket); }
  bool has_synced(group::Ticket ticket) const { return syncs_.contains(ticket); }

  // A member id as a client of version 4 and later gets it.
  std::string new_member_id() {
    const auto reply = joined(join(join_request()));
    EXPECT_EQ(reply.error_code, ErrorCode::member_id_required);
    return reply.member_id;
  }
  // A stable group of so many dynamic members, who have synced; the first one leads.
  std::vector<std::string> a_stable_group(std::size_t members) {
    std::vector<std::string> ids;
    for (std::size_t i = 0; i < members; ++i) ids.push_back(new_member_id());
    std::vector<group::Ticket> tickets;
    for (const std::string& id : ids) tickets.push_back(join(join_request(id)));
    pass(config_.initial_rebalance_delay * 2);
    for (const group::Ticket ticket : tickets) {
      EXPECT_EQ(joined(ticket).error_code, ErrorCode::none);
    }
    std::vector<std::pair<std::string, std::string>> assignments;
    for (const std::string& id : ids) assignments.emplace_back(id, "of " + id);
    for (std::size_t i = ids.size(); i-- > 0;) {
      const auto ticket =
          sync(ids[i], generation(), i == 0 ? assignments : decltype(assignments)());
      if (i == 0) {
        EXPECT_EQ(synced(ticket).error_code, ErrorCode::none);
      }
    }
    syncs_.clear();
    EXPECT_EQ(state(), group::State::stable);
    return ids;
  }

  const group::Group* group() const { return coordinator_->find(g); }
  group::State state() const { return group() ? group()->state : group::State::dead; }
  std::int32_t generation() const { return group()->generation.value; }

  // What a new coordinator knows that reads the log from the beginning.
  std::unique_ptr<group::Coordinator> replayed() {
    auto fresh = std::make_unique<group::Coordinator>(config_);
    for (const group::Record& record : log_) {
      const auto value = record.value ? std::optional<Bytes>(*record.value) : std::nullopt;
      EXPECT_TRUE(fresh->replay(record.key, value, none_of<ProducerId>, now_.time));
    }
    fresh->check();
    return fresh;
  }
  // The coordinator dies and another one takes over.
  void restart() {
    coordinator_ = replayed();
    run([&](group::Actions& actions) { coordinator_->finish_replay(now_, actions); });
  }

  template <class Step>
  void run(Step step) {
    group::Actions actions;
    step(actions);
    coordinator_->check();
    for (auto& record : actions.records) log_.push_back(std::move(record));
    for (auto& reply : actions.joins) keep(joins_, reply);
    for (auto& reply : actions.syncs) keep(syncs_, reply);
  }

  group::GroupConfig config_;
  std::unique_ptr<group::Coordinator> coordinator_ = std::make_unique<group::Coordinator>(config_);
  Now now_{TimePoint{} + std::chrono::hours{1}, Timestamp{1700000000000}};
  std::vector<group::Record> log_;

 private:
  template <class Response>
  void keep(std::map<group::Ticket, Response>& replies, group::Reply<Response>& reply) {
    EXPECT_TRUE(replies.emplace(reply.to, std::move(reply.response)).second) << "two replies";
  }
  template <class Response>
  Response take(std::map<group::Ticket, Response>& replies, group::Ticket ticket) {
    const auto found = replies.find(ticket);
    EXPECT_NE(found, replies.end()) << "no reply yet";
    if (found == replies.end()) return {};
    Response response = std::move(found->second);
    replies.erase(found);
    return response;
  }
  void move_to(TimePoint at) {
    const auto by = std::chrono::duration_cast<milliseconds>(at - now_.steady);
    now_ = {at, now_.time + by.count()};
  }

  group::Ticket last_ticket_ = 0;
  std::map<group::Ticket, JoinResponse> joins_;
  std::map<group::Ticket, SyncResponse> syncs_;
};

}  // namespace odradek::test
