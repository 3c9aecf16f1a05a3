// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"

#include <atomic>
#include <memory>
#include <vector>

namespace odradek::log {

// Which segments a log has, for who reads its files beside the one that writes them. New segments
// follow the last one and old ones go without notice; when segments give way to a compacted one,
// another generation begins.
struct SegmentLayout {
  // Over from before the first file changes: what a reader took from files whose generation is not
  // over afterwards belongs together.
  struct Generation {
    std::atomic<bool> is_over = false;
  };
  std::shared_ptr<const Generation> generation;
  std::vector<Offset> bases;
};
using SegmentLayoutPtr = std::shared_ptr<const SegmentLayout>;

}  // namespace odradek::log
