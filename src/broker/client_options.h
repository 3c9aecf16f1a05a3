// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/option.h"
#include "broker/connection_limits.h"
#include "broker/coordinator_options.h"

#include <cstdint>
#include <limits>
#include <string>

namespace odradek::broker {

// The settings of connections, of what clients may send and of how much they may use: a part of
// BrokerOptions.
struct ClientOptions : CoordinatorOptions {
  Option<std::int32_t> socket_request_max_bytes{
      *this,
      {"socket.request.max.bytes", "The largest request; a longer one closes the connection."},
      100 << 20,
      at_least(1)};
  Option<std::int32_t> socket_listen_backlog_size{
      *this,
      {"socket.listen.backlog.size", "Connections that may wait to be accepted."},
      4096,
      at_least(1)};
  Option<std::int32_t> socket_send_buffer_bytes{
      *this,
      {"socket.send.buffer.bytes", "SO_SNDBUF of connections; -1 leaves it to the system."},
      -1,
      at_least(-1)};
  Option<std::int32_t> socket_receive_buffer_bytes{
      *this,
      {"socket.receive.buffer.bytes", "SO_RCVBUF of connections; -1 leaves it to the system."},
      -1,
      at_least(-1)};
  Option<std::int64_t> connections_max_idle_ms{
      *this,
      {"connections.max.idle.ms", "After how long a silent connection is closed; -1 never."},
      600000,
      at_least<std::int64_t>(-1)};
  Option<std::int32_t> max_connections{
      *this,
      {"max.connections", "Connections that a listener takes at a time.", cluster_wide},
      std::numeric_limits<std::int32_t>::max(),
      at_least(0)};
  Option<std::int32_t> max_connections_per_ip{
      *this,
      {"max.connections.per.ip", "Connections that one address may have at a time.", cluster_wide},
      std::numeric_limits<std::int32_t>::max(),
      at_least(0)};
  Option<std::string> max_connections_per_ip_overrides{
      *this,
      {"max.connections.per.ip.overrides",
       "The same for single addresses: \"127.0.0.1:100,::1:5\".", cluster_wide},
      "",
      {.one_of = {}, .fault = &connection_overrides_fault}};
  Option<std::int32_t> max_connection_creation_rate{
      *this,
      {"max.connection.creation.rate", "Connections that a node takes in a second.", cluster_wide},
      std::numeric_limits<std::int32_t>::max(),
      at_least(0)};
  Option<std::int32_t> quota_window_size_seconds{
      *this,
      {"quota.window.size.seconds", "What a client may use at once: so many seconds of its quota."},
      1,
      at_least(1)};
  Option<std::int32_t> controller_quota_window_num{
      *this,
      {"controller.quota.window.num",
       "Partitions that may be made or deleted at once: so many windows of the quota."},
      11,
      at_least(1)};
  Option<std::int32_t> controller_quota_window_size_seconds{
      *this,
      {"controller.quota.window.size.seconds", "How long one of these windows is."},
      1,
      at_least(1)};
  Option<std::int64_t> queued_max_request_bytes{
      *this,
      {"queued.max.request.bytes",
       "Memory for requests that are being received; -1 is a quarter of the machine's."},
      -1};
};

}  // namespace odradek::broker
