// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/option.h"

#include <vector>

namespace odradek::broker {

// Every setting that Kafka's brokers have and that nothing here acts by, so that it can be set,
// described and explained.
const std::vector<KnownOption::Row>& kafka_settings();

}  // namespace odradek::broker
