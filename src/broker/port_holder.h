// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace odradek::broker {

// Who listens on a port of this machine: "kcat (pid 123)"; empty where that cannot be seen, as with
// other users' processes.
std::string holder_of_port(std::uint16_t port);

}  // namespace odradek::broker
