// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "broker/exchange.h"
#include "broker/fetch_sessions.h"
#include "broker/fetch_wait.h"
#include "broker/leader_hints.h"
#include "broker/partition_table.h"

#include <vector>

namespace odradek::broker {

// The replica that a fetch asks for: by the topic's id in versions that have it, or by its name.
PartitionTable::Found find_fetched(Node& node, wire::Version version, std::string_view topic,
                                   const Uuid& topic_id, PartitionId partition);

// Reads what a fetch asks for and makes the answer.
//
// The partitions are read in order, as long as the limits allow; the first batch of all comes
// whatever its size, so that a consumer can never be stuck before a large one (KIP-74). A follower
// serves consumers too, as far as it knows the log (KIP-392); a leader sends those away that have a
// replica in their own rack.
class FetchAnswer {
 public:
  // Whether the fetch may still wait for more, or this is what it is told.
  enum class Attempt { may_wait, last };
  FetchAnswer(const Exchange& exchange, FetchSessions::Context& context, const FetchParams& params,
              Attempt attempt);

  std::size_t bytes() const { return bytes_; }
  // Something other than data is to be told, like an error: a reason not to wait.
  bool is_urgent() const { return is_urgent_; }
  // Where data may yet come from.
  const std::vector<Partition*>& readable() const { return readable_; }

  void send(Exchange& exchange);

 private:
  using Response = wire::FetchResponse;
  using Data = Response::FetchableTopicResponse::PartitionData;

  // What the session will know of a partition once the answer is sent.
  struct Told {
    FetchItem* item = nullptr;
    Offset high_watermark;
    Offset log_start;
  };

  Data read(FetchItem& item);
  wire::ErrorCode check(const Partition& partition, const FetchItem& item) const;
  void read_replica(const FetchItem& item, Partition& partition, Data& data);
  void wait_for_leader(Partition& partition, Data& data);
  wire::ErrorCode check_position(const FetchItem& item, Partition& partition,
                                 const log::ReadableLog& log, Data& data);
  void read_log(const FetchItem& item, Partition& partition, log::ReadableLog& log, Data& data);
  Result<> read_records(const FetchItem& item, log::ReadableLog& log, Offset end,
                        std::size_t max_bytes, log::ReadableLog::First first, Data& data);
  void add_hint(const FetchItem& item, Data& data);
  bool is_sent_elsewhere(Partition& partition, Data& data);
  void add(const FetchItem& item, Data data);

  Node& node_;
  const FetchSessions::Context& context_;
  const FetchParams& params_;
  wire::Version version_;
  Attempt attempt_;
  LeaderHints hints_;
  Response response_;
  std::size_t bytes_ = 0;
  bool is_urgent_ = false;
  std::vector<Partition*> readable_;
  std::vector<Told> told_;
};

}  // namespace odradek::broker
