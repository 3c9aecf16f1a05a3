// SPDX-License-Identifier: Apache-2.0
#include "broker/port_holder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>
#include <vector>

namespace odradek::broker {
namespace {

namespace fs = std::filesystem;

// The sockets that listen on the port, as links to them are called: "socket:[4711]".
std::vector<std::string> listening_sockets(std::uint16_t port) {
  const std::string ending = fmt::format(":{:04X}", port);
  std::vector<std::string> sockets;
  for (const char* table : {"/proc/net/tcp", "/proc/net/tcp6"}) {
    std::ifstream file(table);
    std::string line;
    std::getline(file, line);  // names of columns
    while (std::getline(file, line)) {
      std::istringstream fields(line);
      std::string number, local, remote, state, queues, timer, retransmits, user, timeout, inode;
      fields >> number >> local >> remote >> state >> queues >> timer >> retransmits >> user >>
          timeout >> inode;
      const bool listens = state == "0A";
      if (listens && local.ends_with(ending)) sockets.push_back("socket:[" + inode + "]");
    }
  }
  return sockets;
}

bool has_any(const fs::path& process, const std::vector<std::string>& sockets) {
  std::error_code hidden;
  for (fs::directory_iterator each(process / "fd", hidden), end; !hidden && each != end;
       each.increment(hidden)) {
    std::error_code gone;
    const std::string target = fs::read_symlink(each->path(), gone).string();
    if (!gone && std::count(sockets.begin(), sockets.end(), target) > 0) return true;
  }
  return false;
}

}  // namespace

std::string holder_of_port(std::uint16_t port) {
  const auto sockets = listening_sockets(port);
  if (sockets.empty()) return {};
  std::error_code failed;
  for (fs::directory_iterator each("/proc", failed), end; !failed && each != end;
       each.increment(failed)) {
    const std::string pid = each->path().filename().string();
    const bool is_process = std::all_of(pid.begin(), pid.end(),
                                        [](unsigned char letter) { return std::isdigit(letter); });
    if (!is_process || !has_any(each->path(), sockets)) continue;
    std::ifstream file(each->path() / "comm");
    std::string name;
    std::getline(file, name);
    return name + " (pid " + pid + ")";
  }
  return {};
}

}  // namespace odradek::broker
