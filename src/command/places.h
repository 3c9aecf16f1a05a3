// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "client/consumer.h"

#include <string>
#include <vector>

namespace odradek::command {

// A place in each of some partitions, as people say it: "start", "end", an offset, "-10" for ten
// before the end, or a time behind an at sign: "@2026-11-29T12:30:00", "@1700000000000" in
// milliseconds, "@-10m" ago (s, m, h, d). Kept within what there is. Fault::invalid where it is
// none of these.
Result<client::Offsets> places(client::Cluster& cluster,
                               const std::vector<client::TopicPartition>& partitions,
                               const std::string& text, client::IsolationLevel isolation);
// The same without asking anybody.
Result<> check_place(const std::string& text);
// A time, as it stands behind the at sign.
Result<Timestamp> parse_time(std::string_view text, Timestamp now);

}  // namespace odradek::command
