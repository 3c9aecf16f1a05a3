// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "group/member.h"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace odradek::group {

// The members of one group: who they are, who leads them, and on which protocol they can agree.
// Members stay where they are in memory until they are removed.
class Members {
 public:
  using ById = std::map<std::string, Member, std::less<>>;

  bool empty() const { return by_id_.empty(); }
  std::size_t size() const { return by_id_.size(); }
  // In the order of their ids.
  ById& all() { return by_id_; }
  const ById& all() const { return by_id_; }
  // Null where there is none.
  Member* find(std::string_view id);
  const Member* find(std::string_view id) const;
  // The id of the static member, or null.
  const std::string* find_static(std::string_view instance_id) const;

  // The first one leads. Neither the id nor the instance is a member yet.
  Member& add(Member member);
  void remove(const std::string& id);
  // The same member under another id. Who waits under the old id is the caller's to answer.
  Member& rename_static(const std::string& old_id, const std::string& new_id);
  void set_protocols(Member& member, std::vector<Protocol> protocols);

  const std::optional<std::string>& leader() const { return leader_; }
  bool is_leader(std::string_view id) const { return leader_ == id; }
  void set_leader(std::optional<std::string> id) { leader_ = std::move(id); }

  // Whether all members and whoever has these could agree. There is at least one member.
  bool could_agree_with(const std::vector<Protocol>& protocols) const;
  // Whether there is a protocol that all know: then select_protocol() finds the one that most
  // prefer.
  std::string select_protocol() const;

  milliseconds longest_rebalance_timeout() const;

  // Who waits for JoinGroup, and who has not asked for its assignment yet: counted, since a group
  // of thousands asks after each request.
  void set_awaiting_join(Member& member, std::optional<Ticket> ticket);
  void set_has_to_sync(Member& member, bool has_to_sync);
  std::size_t awaiting_join() const { return awaiting_join_; }
  std::size_t missing_syncs() const { return missing_syncs_; }

  // Aborts where it contradicts itself.
  void check() const;

 private:
  bool all_know(std::string_view protocol) const;

  ById by_id_;
  std::map<std::string, std::string, std::less<>> static_ids_;  // by instance id
  std::map<std::string, std::size_t, std::less<>> supporters_;  // of each protocol
  std::optional<std::string> leader_;
  std::size_t awaiting_join_ = 0;
  std::size_t missing_syncs_ = 0;
};

}  // namespace odradek::group
