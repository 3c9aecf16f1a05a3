// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "broker/exchange.h"
#include "wire/error_code.h"

// Errors that came with a version, and what older clients are told instead.
namespace odradek::broker {

// PRODUCER_FENCED (KIP-588).
inline wire::ErrorCode or_invalid_epoch(wire::ErrorCode error, const Exchange& exchange,
                                        wire::Version first_with_fenced) {
  const bool is_new = error == wire::ErrorCode::producer_fenced;
  return is_new && exchange.version() < first_with_fenced ? wire::ErrorCode::invalid_producer_epoch
                                                          : error;
}

}  // namespace odradek::broker
