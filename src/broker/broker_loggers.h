// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "broker/config_change.h"

#include <string>
#include <vector>

namespace odradek::broker {

// The levels of the process's loggers, which can be changed while it runs and are forgotten with it
// (KIP-412). There is one logger, for all nodes. Kafka: RuntimeLoggerManager.
inline constexpr const char* root_logger = "root";

std::string logger_level();  // as Kafka calls it: "INFO"

// Checks the wishes, and fulfils them where `may_apply`.
ConfigChange change_loggers(const std::vector<ConfigWish>& wishes, bool may_apply);

}  // namespace odradek::broker
