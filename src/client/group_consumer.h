// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "client/cluster.h"
#include "client/consumer.h"
#include "client/group_member.h"

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace odradek::client {

// Reads what a member of a group is assigned, from where the group was, and commits what is done
// with. A coordinator that cannot be reached is waited for like a leader (Consumer::poll).
class GroupConsumer {
 public:
  // Where partitions begin of which the group has committed nothing, or what is gone.
  using Begin = Consumer::Reset;

  GroupConsumer(Cluster& cluster, std::string group, std::vector<std::string> topics,
                IsolationLevel isolation, Begin begin)
      : cluster_(cluster),
        group_(std::move(group)),
        member_(cluster, group_, std::move(topics)),
        consumer_(cluster, isolation, begin),
        isolation_(isolation),
        begin_(std::move(begin)),
        patience_(cluster.settings().timeout) {}

  // Whether what is done with is committed (enable.auto.commit).
  void set_auto_commit(bool commits) { commits_ = commits; }
  void set_deleted(Consumer::Deleted deleted) { consumer_.set_deleted(deleted); }
  // How long a broker that cannot be reached is waited for; else the cluster's timeout.
  void set_patience(Milliseconds most);
  Result<> join();
  // Other topics from the next poll on, which commits and joins again.
  void subscribe(std::vector<std::string> topics);
  // What there is, or what comes in the next `wait`. Commits what was done with before, and stays a
  // member, so it has to be called often enough for the session not to end.
  Result<std::vector<ConsumerRecord>> poll(Milliseconds wait);
  // Stays a member while no records are polled for, for as long as that takes.
  Result<> stay();
  // The record need not come again.
  void done(const ConsumerRecord& record) {
    done_[record.from] = {record.offset + 1, record.leader_epoch};
  }
  // Whether all has been read that was there when the partitions were assigned.
  bool is_at_end() const;
  // Commits, and leaves, so that the others need not wait for the session to end.
  Result<> leave();

 private:
  Result<> keep_up();
  Result<> keep_membership();
  Result<> waited_for(const Result<>& tried);
  Result<> start_assignment();
  Result<> commit();

  Cluster& cluster_;
  std::string group_;
  GroupMember member_;
  Consumer consumer_;
  IsolationLevel isolation_;
  Begin begin_;
  bool commits_ = true;
  bool is_started_ = false;  // with what is assigned now
  Offsets ends_;             // when they were assigned
  Commits done_;  // and not committed; where it begins as well, as Kafka's clients have it
  Patience patience_;
};

}  // namespace odradek::client
