// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "wire/error_code.h"

#include <string_view>

namespace odradek::wire {

// As Kafka calls it: "UNKNOWN_TOPIC_OR_PARTITION".
std::string_view name_of(ErrorCode code);

}  // namespace odradek::wire
