// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.h"
#include "base/result.h"

#include <string>

namespace odradek::command::kafka_tools {

// The text of what Kafka's serializers make. Fault::corrupt where the bytes are something else.
using Deserializer = Result<std::string> (*)(Bytes bytes);

// By the name of the Java class, org.apache.kafka.common.serialization.…; none where it is not
// known.
Deserializer find_deserializer(const std::string& name);

}  // namespace odradek::command::kafka_tools
