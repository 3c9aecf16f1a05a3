// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "log/partition_log.h"
#include "wire/record_batch.h"

#include <functional>

namespace odradek::log {

// A record as it lies in a log; the views are good for as long as the call they are handed to.
struct LoggedRecord {
  Offset offset;
  const wire::BatchView& batch;
  const wire::Record& record;
};

// Tells `each` of the records from `from` on, unpacked, in their order: of about `max_bytes` of the
// log, and of whole batches. Returns where to go on; at the high watermark that is all. Ends at the
// first error, of the log or of `each`; a batch that cannot be read is Fault::corrupt.
using EachRecord = std::function<Result<>(const LoggedRecord&)>;
Result<Offset> walk_records(PartitionLog& log, Offset from, std::size_t max_bytes,
                            const EachRecord& each);

}  // namespace odradek::log
