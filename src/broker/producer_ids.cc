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
      [](const meta::CatalogueView& view) {
        const ProducerId end{view.next_producer_id().value + block_size};
        return meta::Records{meta::ProducerIdsRecord{end}};
      },
      [this](const Result<>& reserved) {
        if (reserved) {
          end_ = catalogue_.view().next_producer_id();
          next_ = {end_.value - block_size};
        }
        for (Taken& taken : std::exchange(waiting_, {})) {
          reserved ? take(std::move(taken)) : taken(reserved.error());
        }
      });
}

}  // namespace odradek::broker
