// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "base/result.h"
#include "broker/timer.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace odradek::broker {

// What the cleaner does and did is asked with this.
inline constexpr std::string_view cleaner_status_command = "cleaner status";

// A command for one node of a running process: "node stop 2".
struct NodeCommand {
  NodeId node;
  bool up = false;
};
Result<NodeCommand> parse_node_command(std::string_view text);
std::string to_text(const NodeCommand& command);

// A socket in the data directory, by which the owner of the directory tells a running broker what
// is not Kafka's, or asks it. One line says what; the answer is a line that names what failed,
// empty where nothing did, and what was asked for behind it.
class ControlSocket {
 public:
  static constexpr std::size_t max_command = 256;

  explicit ControlSocket(boost::asio::io_context& loop) : acceptor_(loop), retry_(loop) {}
  ~ControlSocket();
  ControlSocket(const ControlSocket&) = delete;
  ControlSocket& operator=(const ControlSocket&) = delete;

  static std::string path_in(const std::string& data_directory);

  // `answer` is told the command and has to reply once, now or later.
  using Reply = std::function<void(const Result<std::string>&)>;
  using Answer = std::function<void(const std::string& command, Reply reply)>;
  Result<> open(const std::string& path, Answer answer);

  // The other side: sends a command to the broker that has the data directory, and waits.
  static Result<std::string> command(const std::string& data_directory, const std::string& command);

 private:
  using Protocol = boost::asio::local::stream_protocol;
  struct Client;
  void accept();
  void accept_later();

  Protocol::acceptor acceptor_;
  Timer retry_;
  std::string path_;
  Answer answer_;
};

}  // namespace odradek::broker
