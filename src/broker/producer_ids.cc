// SPDX-License-Identifier: Apache-2.0
#include "broker/producer_ids.h"

#include <utility>

namespace odradek::broker {

void ProducerIds::take(Taken taken) {
  if (next_ < end_) return taken(ProducerId{next_.value++});
  waiting_.push_back(std::move(taken));
  if (waiting_.size() == 1) reserve();
}

void ProducerIds::reserve() {
  catalogue_.change(
      [this](const meta::CatalogueView& view) {
        reserved_end_ = {view.next_producer_id().value + block_size};
        return meta::Records{meta::ProducerIdsRecord{reserved_end_}};
      },
      [this](const Result<>& reserved) {
        if (reserved) {
          end_ = reserved_end_;
          next_ = {end_.value - block_size};
        }
        for (Taken& taken : std::exchange(waiting_, {})) {
          reserved ? take(std::move(taken)) : taken(reserved.error());
        }
      });
}

}  // namespace odradek::broker
