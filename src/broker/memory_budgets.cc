// SPDX-License-Identifier: Apache-2.0
#include "broker/memory_budgets.h"

#include "broker/broker_options.h"

#include <sys/sysinfo.h>

#include <algorithm>

namespace odradek::broker {
namespace {

std::int64_t machine_memory() {
  struct sysinfo info {};
  ::sysinfo(&info);
  return static_cast<std::int64_t>(info.totalram) * info.mem_unit;
}

std::int64_t configured_or(const Option<std::int64_t>& configured, std::int64_t share) {
  return *configured >= 0 ? *configured : share;
}

}  // namespace

std::size_t tail_cache_budget(const BrokerOptions& options) {
  constexpr std::int64_t most = 64 << 20;
  const std::int64_t share = std::min(most, machine_memory() / 16);
  return static_cast<std::size_t>(configured_or(options.tail_cache_bytes, share));
}

std::size_t receive_budget(const BrokerOptions& options) {
  const std::int64_t share = machine_memory() / 4;
  return static_cast<std::size_t>(configured_or(options.queued_max_request_bytes, share));
}

std::int64_t page_cache_budget(const BrokerOptions& options) {
  return configured_or(options.page_cache_bytes, machine_memory() / 4);
}

}  // namespace odradek::broker
