// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "group/actions.h"
#include "group/group.h"
#include "group/offsets.h"
#include "group/pending_offsets.h"
#include "wire/08_offset_commit.h"
#include "wire/12_heartbeat.h"
#include "wire/13_leave_group.h"
#include "wire/28_txn_offset_commit.h"
#include "wire/transaction_marker.h"

#include <functional>
#include <map>
#include <optional>
#include <queue>
#include <string>
#include <string_view>
#include <vector>

namespace odradek::group {

// Decides for the groups whose state is in one partition of __consumer_offsets, and holds what the
// records of that partition add up to: append what it asks for and replay it anywhere, and there
// is the same coordinator again, but for what is under way.
//
// A plain object: no clock, no log, no socket; the node that leads the partition calls it. What
// holds for all requests of a kind whatever the group (check_join) and what the catalogue knows
// (whether there is such a topic) has been looked at before. Kafka: GroupCoordinatorShard.
class Coordinator {
 public:
  explicit Coordinator(const GroupConfig& config) : config_(config) {}

  // Membership. Replies to JoinGroup and SyncGroup are in the actions, of this call or a later one.
  void join(const wire::JoinGroupRequest& request, const Caller& caller, Now now, Actions& actions);
  void sync(const wire::SyncGroupRequest& request, const Caller& caller, Now now, Actions& actions);
  wire::ErrorCode heartbeat(const wire::HeartbeatRequest& request, Now now);
  std::vector<wire::LeaveGroupResponse::MemberResponse> leave(
      const std::string& group, const std::vector<wire::LeaveGroupRequest::MemberIdentity>& members,
      Now now, Actions& actions);

  // Whether the sender may commit offsets for the group. Keeps its session alive, and makes a group
  // for offsets alone where there is none.
  wire::ErrorCode check_commit(const wire::OffsetCommitRequest& request, wire::Version version,
                               Now now);
  // One offset of a commit that was checked.
  wire::ErrorCode commit(const OffsetCommitKey& key, OffsetCommitValue value, Actions& actions);

  // The same in a transaction: what is committed takes effect when that ends, if it is committed.
  // The records are to be appended as part of the producer's transaction, and where the log takes
  // them to be replayed, before anything else is asked.
  wire::ErrorCode check_commit(const wire::TxnOffsetCommitRequest& request, Now now);
  wire::ErrorCode commit_in_transaction(const OffsetCommitKey& key, const OffsetCommitValue& value,
                                        Actions& actions) const;
  // The marker of a transaction is in the log.
  void end_transaction(ProducerId producer, wire::TransactionResult result);

  // Whether an open transaction may still change it (KIP-447).
  bool is_unstable(const OffsetCommitKey& key) const { return pending_offsets_.has(key); }
  // Null where nothing is committed.
  const OffsetCommitValue* find_offset(std::string_view group, std::string_view topic,
                                       PartitionId partition) const;
  const Offsets::Topics& offsets_of(std::string_view group) const;

  // Whether offsets of the group may be deleted, and then one of them: GROUP_SUBSCRIBED_TO_TOPIC
  // where somebody reads the topic.
  wire::ErrorCode check_delete_offsets(std::string_view group) const;
  wire::ErrorCode delete_offset(const OffsetCommitKey& key, Actions& actions);
  // GROUP_ID_NOT_FOUND, or NON_EMPTY_GROUP.
  wire::ErrorCode delete_group(const std::string& group, Actions& actions);
  // Forgets the offsets that were committed for topics that are gone. `exists` is asked with a name
  // and with the id at the time of the commit, which is zero where that is not known.
  using TopicExists = std::function<bool(const std::string& name, const Uuid& id)>;
  void forget_topics(const TopicExists& exists, Actions& actions);

  // Null where there is none.
  const Group* find(std::string_view group) const;
  void for_each(const std::function<void(const Group&)>& visit) const;

  // When expire() has something to do; none while nobody waits for anything.
  std::optional<TimePoint> wake_up() const;
  // Members that were silent for too long go, phases end.
  void expire(Now now, Actions& actions);
  // Offsets that are kept no longer go, and groups that are left with nothing. Every now and then.
  void clean_up(Timestamp now, Actions& actions);

  // One record of the log, in the order of the log, and whose transaction it belongs to, if to any.
  // False where it is damaged; those of other kinds of groups are passed over. Between the records
  // stand the ends of transactions.
  bool replay(Bytes key, const std::optional<Bytes>& value, ProducerId producer, Timestamp now);
  // That was the last one: time begins to run, and groups that are larger than they may be now
  // rebalance.
  void finish_replay(Now now, Actions& actions);
  // This is no longer the coordinator: answers all who wait. The last call.
  void unload(Now now, Actions& actions);

  // Aborts where it contradicts itself.
  void check() const;

 private:
  struct Entry {
    Group group;
    std::optional<TimePoint> alarm;  // not later than group.wake_up
  };
  struct Alarm {
    TimePoint at;
    std::string group;
    friend bool operator>(const Alarm& one, const Alarm& other) { return one.at > other.at; }
  };

  wire::ErrorCode add_record(const OffsetCommitKey& key, const OffsetCommitValue& value,
                             Actions& actions) const;
  Entry* find_entry(std::string_view group);
  Entry& make(const std::string& group, Timestamp now);
  void set_alarm(Entry& entry);
  void apply(const OffsetCommitRecord& record, ProducerId producer, Timestamp now);
  void apply(const GroupMetadataRecord& record, ProducerId producer, Timestamp now);
  void apply(const ForeignRecord&, ProducerId, Timestamp) {}
  void put_offset(const OffsetCommitKey& key, OffsetCommitValue value);
  void remove_offset(const OffsetCommitKey& key);
  void delete_offsets(const std::vector<OffsetCommitKey>& keys, Actions& actions);
  bool expire_offsets(const Group& group, Timestamp now, Actions& actions);

  const GroupConfig& config_;
  std::map<std::string, Entry, std::less<>> groups_;
  Offsets offsets_;
  PendingOffsets pending_offsets_;
  std::priority_queue<Alarm, std::vector<Alarm>, std::greater<>> alarms_;
};

}  // namespace odradek::group
