// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace odradek::broker {

// How many connections single addresses may have, by the address as text ("127.0.0.1", "::1").
using ConnectionOverrides = std::map<std::string, std::int32_t, std::less<>>;

// Reads max.connections.per.ip.overrides: "127.0.0.1:100,::1:5"; localhost is both loopbacks.
Result<ConnectionOverrides> parse_connection_overrides(std::string_view text);
// What is wrong with such a text; empty where nothing is.
std::string connection_overrides_fault(std::string_view text);

}  // namespace odradek::broker
