// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "broker/exchange.h"
#include "broker/fetch_sessions.h"
#include "broker/fetch_wait.h"
#include "broker/partition.h"

#include <vector>

namespace odradek::broker {

// Reads what a fetch asks for and makes the answer.
//
// The partitions are read in order, as long as the limits allow; the first batch of all comes
// whatever its size, so that a consumer can never be stuck before a large one (KIP-74).
class FetchAnswer {
 public:
  FetchAnswer(Node& node, FetchSessions::Context& context, const FetchLimits& limits,
              wire::Version version);

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
  void read_log(const FetchItem& item, Partition& partition, log::PartitionLog& log, Data& data);
  bool diverges(const FetchItem& item, const log::PartitionLog& log, Data& data) const;
  void add(const FetchItem& item, Data data);

  Node& node_;
  const FetchSessions::Context& context_;
  const FetchLimits& limits_;
  wire::Version version_;
  Response response_;
  std::size_t bytes_ = 0;
  bool is_urgent_ = false;
  std::vector<Partition*> readable_;
  std::vector<Told> told_;
};

}  // namespace odradek::broker
