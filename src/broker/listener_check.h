// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "broker/broker_options.h"

#include <string>

namespace odradek::broker {

// Whether listeners and what is advertised for them can be meant together, before a port is taken.
// Fault::invalid says in one line what is wrong and what to write. Kafka:
// KafkaConfig.validateValues.
Result<> check_listeners(const BrokerOptions& options);

// Whether clients of a listener of this name can be served.
Result<> check_protocol(const std::string& name, const BrokerOptions& options);

// The same listeners, each on every address: what Kafka's images make of advertised.listeners where
// nothing else is said.
Result<std::string> listeners_for(const std::string& advertised);

}  // namespace odradek::broker
