// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "wire/record_batch_builder.h"

#include <string>

namespace odradek::test {

struct BatchSpec {
  int count = 1;
  Offset base_offset{};
  Timestamp first_timestamp{1000};  // each further record is one later
  std::size_t value_size = 10;
  bool with_keys = true;
  wire::Codec codec = wire::Codec::none;
  ProducerId producer_id = none_of<ProducerId>;
  ProducerEpoch producer_epoch = none_of<ProducerEpoch>;
  std::int32_t base_sequence = -1;
  std::int16_t attributes = 0;
};

// A well-formed batch, as a client would send it.
inline Buffer a_batch(const BatchSpec& spec) {
  wire::RecordBatchBuilder builder;
  for (int i = 0; i < spec.count; ++i) {
    const std::string key = "key-" + std::to_string(i);
    const std::string value(spec.value_size, static_cast<char>('a' + i % 26));
    builder.add(Timestamp{spec.first_timestamp.value + i},
                spec.with_keys ? std::optional(as_bytes(key)) : std::nullopt, as_bytes(value));
  }
  return *builder.build({.base_offset = spec.base_offset,
                         .codec = spec.codec,
                         .producer_id = spec.producer_id,
                         .producer_epoch = spec.producer_epoch,
                         .base_sequence = spec.base_sequence,
                         .further_attributes = spec.attributes});
}

}  // namespace odradek::test
