// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "base/result.h"
#include "broker/catalogue_writer.h"

#include <cstdint>
#include <deque>
#include <functional>

namespace odradek::broker {

// Hands out producer ids that nobody had before: from blocks that the catalogue reserves for this
// node, so that an id costs no write. What is left of a block at a stop is lost, as in Kafka.
class ProducerIds {
 public:
  static constexpr std::int64_t block_size =
      1000;  // Kafka: ProducerIdsBlock.PRODUCER_ID_BLOCK_SIZE

  explicit ProducerIds(CatalogueWriter& catalogue) : catalogue_(catalogue) {}

  using Taken = std::function<void(const Result<ProducerId>&)>;
  void take(Taken taken);

 private:
  void reserve();

  CatalogueWriter& catalogue_;
  ProducerId next_;
  ProducerId end_;
  ProducerId reserved_end_;  // of the block that was asked for last
  std::deque<Taken> waiting_;
};

}  // namespace odradek::broker
