// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace odradek::broker {

struct BrokerOptions;

// What may be used of the machine's memory, in bytes: as configured, or else a share of it.
std::size_t tail_cache_budget(const BrokerOptions& options);
std::size_t receive_budget(const BrokerOptions& options);
std::int64_t page_cache_budget(const BrokerOptions& options);

}  // namespace odradek::broker
