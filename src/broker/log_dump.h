// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <string>
#include <vector>

namespace odradek::broker {

// `odradek log dump`: the batches of partitions, a line each, as they stand in the files; with
// `records` their records below them. Reads only, so a broker may be running. Fault::not_found
// where there is no such partition, Fault::corrupt where a file ends in the middle of something.
Result<> dump_logs(const std::string& data_directory, const std::vector<std::string>& folders,
                   bool records);

}  // namespace odradek::broker
