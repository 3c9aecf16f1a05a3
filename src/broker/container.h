// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

namespace odradek::broker {

// Where this process runs in a container: the address of the machine around it, from which clients
// seem to come that use a published port. `root` is "/", but for tests.
std::optional<std::string> container_gateway(const std::string& root = "/");

}  // namespace odradek::broker
