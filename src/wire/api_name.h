// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "wire/api.h"

#include <string_view>

namespace odradek::wire {

// As Kafka calls it: "ListOffsets"; "UNKNOWN" where it is none of those that are known here.
std::string_view name_of(ApiKey key);

}  // namespace odradek::wire
