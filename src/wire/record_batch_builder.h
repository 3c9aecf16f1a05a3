// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.h"
#include "base/ids.h"
#include "base/result.h"
#include "wire/compression.h"
#include "wire/record_batch.h"

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace odradek::wire {

// Makes one batch out of records, in memory.
class RecordBatchBuilder {
 public:
  using Header = std::pair<std::string_view, std::optional<std::string_view>>;

  // What stands in the batch's header beside what the records say.
  struct Options {
    Offset base_offset{};
    LeaderEpoch leader_epoch = none_of<LeaderEpoch>;
    Codec codec = Codec::none;
    CompressionLevel level{};
    ProducerId producer_id = none_of<ProducerId>;
    ProducerEpoch producer_epoch = none_of<ProducerEpoch>;
    std::int32_t base_sequence = -1;
    std::int16_t further_attributes = 0;  // transactional, control, log append time
    // The batch covers more offsets than it has records: those behind the last one, or all.
    std::int32_t last_offset_delta = -1;
  };

  // Without an offset delta the record follows the one before.
  void add(Timestamp timestamp, std::optional<Bytes> key, std::optional<Bytes> value,
           const std::vector<Header>& headers = {});

  // Adds a record that keeps its headers as they were encoded.
  void add(Timestamp base_timestamp, const Record& record);

  bool empty() const { return count_ == 0; }
  std::size_t encoded_size() const { return records_.size(); }
  Result<Buffer> build(const Options& options) const;

 private:
  void add(std::int32_t offset_delta, Timestamp timestamp, const std::optional<Bytes>& key,
           const std::optional<Bytes>& value, Bytes headers);

  Buffer records_;
  std::int32_t count_ = 0;
  std::int32_t next_offset_delta_ = 0;
  Timestamp base_timestamp_{};
  Timestamp max_timestamp_{};
};

}  // namespace odradek::wire
