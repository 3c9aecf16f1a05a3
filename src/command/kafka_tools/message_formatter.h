// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "client/consumer.h"
#include "command/kafka_tools/tool_options.h"

#include <memory>
#include <string>

namespace odradek::command::kafka_tools {

// What kafka-console-consumer prints of a record.
class MessageFormatter {
 public:
  virtual ~MessageFormatter() = default;
  // Fault::corrupt where a field is not what its deserializer reads.
  virtual Result<std::string> text_of(const client::ConsumerRecord& record) const = 0;
};

// By Kafka's names for them: DefaultMessageFormatter (print.*, *.separator, null.literal,
// *.deserializer), LoggingMessageFormatter, NoOpMessageFormatter. Fault::invalid for any other.
Result<std::unique_ptr<MessageFormatter>> make_formatter(const std::string& name,
                                                         const Properties& properties);

}  // namespace odradek::command::kafka_tools
