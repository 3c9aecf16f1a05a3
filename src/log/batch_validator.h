// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.h"
#include "base/ids.h"
#include "log/log_config.h"
#include "wire/error_code.h"
#include "wire/record_batch.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace odradek::log {

// Who appends a batch: a client, with sequence numbers, or a coordinator on behalf of one.
enum class Origin { client, coordinator };

// What is wrong with a batch, in the terms of a Produce answer.
struct BatchFault {
  // A record that is wrong by itself; the index counts within the batch.
  struct Record {
    std::int32_t index = 0;
    std::string message;
  };
  wire::ErrorCode error = wire::ErrorCode::none;
  std::string message;
  std::vector<Record> records;

  bool found() const { return error != wire::ErrorCode::none; }
};

// Checks a batch that a client sent and makes it what the log stores (Kafka: LogValidator). The
// batch may be changed in place; where it has to be written anew (another codec), `rewritten` holds
// it and takes its place. Offsets and epoch are not assigned here.
//
// Records are looked at one by one when they are not compressed. Compressed ones are unpacked only
// where a rule needs it: keys of a compacted topic, or another codec (docs/differences.md).
BatchFault validate_batch(std::span<std::byte> batch, const LogConfig& config, Timestamp now,
                          Origin origin, Buffer& rewritten);

}  // namespace odradek::log
