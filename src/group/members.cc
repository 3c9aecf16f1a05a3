// SPDX-License-Identifier: Apache-2.0
#include "group/members.h"

#include "base/assert.h"
#include "base/utf16.h"

#include <algorithm>
#include <utility>

namespace odradek::group {
namespace {

// Of as many votes Kafka takes what comes first in a java.util.HashMap of 16 buckets.
std::uint32_t place_in_hash_map(std::string_view name) {
  const auto hash = static_cast<std::uint32_t>(java_hash(name));
  return (hash ^ hash >> 16U) & 15U;
}

}  // namespace

Member* Members::find(std::string_view id) {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &found->second;
}

const Member* Members::find(std::string_view id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &found->second;
}

const std::string* Members::find_static(std::string_view instance_id) const {
  const auto found = static_ids_.find(instance_id);
  return found == static_ids_.end() ? nullptr : &found->second;
}

Member& Members::add(Member member) {
  if (member.instance_id) {
    const bool is_first = static_ids_.emplace(*member.instance_id, member.id).second;
    ASSERT(is_first);
  }
  if (!leader_) leader_ = member.id;
  auto protocols = std::exchange(member.protocols, {});
  std::string id = member.id;
  const auto [at, is_first] = by_id_.emplace(std::move(id), std::move(member));
  ASSERT(is_first);
  set_protocols(at->second, std::move(protocols));
  return at->second;
}

void Members::remove(const std::string& id) {
  const auto found = by_id_.find(id);
  ASSERT(found != by_id_.end());
  set_protocols(found->second, {});
  set_awaiting_join(found->second, {});
  set_has_to_sync(found->second, false);
  if (found->second.instance_id) static_ids_.erase(*found->second.instance_id);
  const bool was_leader = is_leader(id);
  by_id_.erase(found);
  if (!was_leader) return;
  leader_.reset();
  if (!by_id_.empty()) leader_ = by_id_.begin()->first;
}

Member& Members::rename_static(const std::string& old_id, const std::string& new_id) {
  auto node = by_id_.extract(old_id);
  ASSERT(!node.empty());
  Member& member = node.mapped();
  ASSERT(member.instance_id.has_value());
  static_ids_[*member.instance_id] = new_id;
  if (is_leader(old_id)) leader_ = new_id;
  member.id = new_id;
  node.key() = new_id;
  const auto inserted = by_id_.insert(std::move(node));
  ASSERT(inserted.inserted);
  return inserted.position->second;
}

void Members::set_protocols(Member& member, std::vector<Protocol> protocols) {
  for (const Protocol& protocol : member.protocols) {
    const auto counted = supporters_.find(protocol.name);
    if (--counted->second == 0) supporters_.erase(counted);
  }
  member.protocols = std::move(protocols);
  for (const Protocol& protocol : member.protocols) ++supporters_[protocol.name];
}

bool Members::all_know(std::string_view protocol) const {
  const auto counted = supporters_.find(protocol);
  return counted != supporters_.end() && counted->second == by_id_.size();
}

bool Members::could_agree_with(const std::vector<Protocol>& protocols) const {
  return std::any_of(protocols.begin(), protocols.end(),
                     [&](const Protocol& protocol) { return all_know(protocol.name); });
}

std::string Members::select_protocol() const {
  ASSERT(!empty());
  std::map<std::string_view, std::size_t> votes;
  for (const auto& [id, member] : by_id_) {
    const auto preferred =
        std::find_if(member.protocols.begin(), member.protocols.end(),
                     [&](const Protocol& protocol) { return all_know(protocol.name); });
    ASSERT(preferred != member.protocols.end());
    ++votes[preferred->name];
  }
  const auto most =
      std::max_element(votes.begin(), votes.end(), [](const auto& fewer, const auto& more) {
        if (fewer.second != more.second) return fewer.second < more.second;
        return place_in_hash_map(fewer.first) > place_in_hash_map(more.first);
      });
  return std::string(most->first);
}

milliseconds Members::longest_rebalance_timeout() const {
  milliseconds longest{0};
  for (const auto& [id, member] : by_id_) longest = std::max(longest, member.rebalance_timeout);
  return longest;
}

void Members::set_awaiting_join(Member& member, std::optional<Ticket> ticket) {
  awaiting_join_ -= member.awaiting_join ? 1 : 0;
  member.awaiting_join = ticket;
  awaiting_join_ += member.awaiting_join ? 1 : 0;
}

void Members::set_has_to_sync(Member& member, bool has_to_sync) {
  missing_syncs_ -= member.has_to_sync ? 1 : 0;
  member.has_to_sync = has_to_sync;
  missing_syncs_ += member.has_to_sync ? 1 : 0;
}

void Members::check() const {
  std::map<std::string_view, std::size_t> supporters;
  std::size_t statics = 0;
  std::size_t awaiting = 0;
  std::size_t missing = 0;
  for (const auto& [id, member] : by_id_) {
    ASSERT(member.id == id);
    ASSERT(!member.awaiting_join || !member.awaiting_sync);
    for (const Protocol& protocol : member.protocols) ++supporters[protocol.name];
    awaiting += member.awaiting_join ? 1 : 0;
    missing += member.has_to_sync ? 1 : 0;
    if (!member.is_static()) continue;
    ++statics;
    const std::string* const known = find_static(*member.instance_id);
    ASSERT(known != nullptr);
    ASSERT(*known == id);
  }
  ASSERT(statics == static_ids_.size());
  ASSERT(awaiting == awaiting_join_);
  ASSERT(missing == missing_syncs_);
  ASSERT(supporters.size() == supporters_.size());
  for (const auto& [name, count] : supporters) ASSERT(supporters_.find(name)->second == count);
  ASSERT(leader_.has_value() == !empty());
  if (leader_) ASSERT(find(*leader_) != nullptr);
}

}  // namespace odradek::group
