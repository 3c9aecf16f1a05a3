// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "wire/error_code.h"

namespace odradek::broker {

// Answers are made when a change of the catalogue is decided. Where it could then not be made
// durable, those that promise something become errors.
template <class Answers>
void apply_outcome(const Result<>& changed, Answers& answers) {
  if (changed) return;
  for (auto& answer : answers) {
    if (answer.error_code != wire::ErrorCode::none) continue;
    answer.error_code = wire::ErrorCode::kafka_storage_error;
    answer.error_message = changed.error().context;
  }
}

}  // namespace odradek::broker
