// SPDX-License-Identifier: Apache-2.0
#include "broker/container.h"

#include <fmt/format.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace odradek::broker {

// Docker and Podman leave a file each. A route to 0.0.0.0 names the gateway, as bytes from last to
// first.
std::optional<std::string> container_gateway(const std::string& root) {
  std::error_code ignored;
  const bool is_container = std::filesystem::exists(root + ".dockerenv", ignored) ||
                            std::filesystem::exists(root + "run/.containerenv", ignored);
  if (!is_container) return std::nullopt;
  std::ifstream routes(root + "proc/net/route");
  for (std::string line; std::getline(routes, line);) {
    std::istringstream fields(line);
    std::string interface, destination, gateway;
    fields >> interface >> destination >> gateway;
    if (destination != "00000000" || gateway.size() != 8 || gateway == destination) continue;
    const std::uint32_t bytes = static_cast<std::uint32_t>(std::stoul(gateway, nullptr, 16));
    return fmt::format("{}.{}.{}.{}", bytes & 255, bytes >> 8 & 255, bytes >> 16 & 255,
                       bytes >> 24);
  }
  return std::nullopt;
}

}  // namespace odradek::broker
