// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.h"
#include "wire/record_batch.h"

#include <cstddef>
#include <utility>
#include <vector>

namespace odradek::log {

// Breakage::reordered_appends: staged batches of one producer that are of one size change places.
template <class Staged>
void swap_alike(std::vector<Staged>& staged) {
  for (std::size_t i = 1; i < staged.size(); ++i) {
    Staged& first = staged[i - 1];
    Staged& second = staged[i];
    const wire::BatchView one(first.bytes);
    const wire::BatchView other(second.bytes);
    const Offset begin = one.base_offset();
    const bool are_alike = one.producer_id() == other.producer_id() &&
                           first.bytes.size() == second.bytes.size() &&
                           one.next_offset() - begin == other.next_offset() - other.base_offset();
    if (!are_alike) continue;
    std::swap(first.bytes, second.bytes);
    std::swap(first.keeper, second.keeper);
    const Offset middle = first.next;
    const auto place = [](Bytes batch, Offset offset) {
      wire::set_base_offset({const_cast<std::byte*>(batch.data()), batch.size()}, offset);
    };
    place(first.bytes, begin);
    place(second.bytes, middle);
  }
}

}  // namespace odradek::log
