// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "base/now.h"
#include "base/uuid.h"
#include "group/group_config.h"
#include "group/records.h"
#include "wire/11_join_group.h"
#include "wire/14_sync_group.h"
#include "wire/api.h"

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace odradek::group {

// Names a request that waits for its answer. The caller makes them up; each gets one reply.
using Ticket = std::uint64_t;

// Who asks, beside what the request says.
struct Caller {
  Ticket ticket = 0;
  wire::Version version = 0;
  std::string_view client_id;
  std::string_view client_host;
  Uuid fresh_id;  // random: what is unique in a member id that is made up now
};

template <class Response>
struct Reply {
  Ticket to = 0;
  Response response;
};

// What a decision asks of the caller: append these records, in this order, and once they are
// durable, together with all that was asked for before, send these replies. Where they cannot be
// written the coordinator is of no use any more, and has to be loaded again.
struct Actions {
  std::vector<Record> records;
  std::size_t commit_bytes = 0;  // of offsets that were to be among them
  std::vector<Reply<wire::JoinGroupResponse>> joins;
  std::vector<Reply<wire::SyncGroupResponse>> syncs;

  bool empty() const { return records.empty() && joins.empty() && syncs.empty(); }

  void reply(Ticket to, wire::JoinGroupResponse response) {
    joins.push_back({to, std::move(response)});
  }
  void reply(Ticket to, wire::SyncGroupResponse response) {
    syncs.push_back({to, std::move(response)});
  }
};

// What every decision has at hand.
struct Step {
  const GroupConfig& config;
  Now now;
  Actions& actions;
};

}  // namespace odradek::group
