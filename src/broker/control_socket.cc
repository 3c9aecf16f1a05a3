// SPDX-License-Identifier: Apache-2.0
#include "broker/control_socket.h"

#include "base/parse_number.h"
#include "log/posix_file_system.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>

namespace odradek::broker {
namespace {

constexpr std::string_view socket_name = "control.sock";

// Names of sockets end after 108 bytes; by way of the open directory every path is short enough.
class ShortPath {
 public:
  explicit ShortPath(const std::string& path)
      : directory_(::open(log::parent_of(path).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)),
        text_("/proc/self/fd/" + std::to_string(directory_) + path.substr(path.rfind('/'))) {}
  ~ShortPath() {
    if (directory_ >= 0) ::close(directory_);
  }
  ShortPath(const ShortPath&) = delete;
  ShortPath& operator=(const ShortPath&) = delete;

  const std::string& text() const { return text_; }

 private:
  int directory_;
  std::string text_;
};

}  // namespace

Result<NodeCommand> parse_node_command(std::string_view text) {
  for (const bool up : {false, true}) {
    const std::string_view verb = up ? "node start " : "node stop ";
    if (!text.starts_with(verb)) continue;
    const auto id = parse_number<std::int32_t>(text.substr(verb.size()));
    if (id) return NodeCommand{{*id}, up};
  }
  return Error{Fault::invalid,
               "unknown command: expected \"node start ID\", \"node stop ID\" or \"" +
                   std::string(cleaner_status_command) + "\""};
}

std::string to_text(const NodeCommand& command) {
  return (command.up ? "node start " : "node stop ") + std::to_string(command.node.value);
}

// One connection; lives as long as something waits for it.
struct ControlSocket::Client {
  explicit Client(Protocol::socket connected) : socket(std::move(connected)) {}
  Protocol::socket socket;
  std::string line;
  std::string reply;
};

ControlSocket::~ControlSocket() {
  if (!path_.empty()) ::unlink(path_.c_str());
}

std::string ControlSocket::path_in(const std::string& data_directory) {
  return data_directory + "/" + std::string(socket_name);
}

Result<> ControlSocket::open(const std::string& path, Answer answer) {
  answer_ = std::move(answer);
  const ShortPath short_path(path);
  ::unlink(path.c_str());  // of a broker that was killed: the directory's lock is ours
  boost::system::error_code failed;
  acceptor_.open(Protocol(), failed);
  if (!failed) acceptor_.bind(Protocol::endpoint(short_path.text()), failed);
  // Only its owner may command the broker; nobody can connect before listen().
  if (!failed && ::chmod(path.c_str(), S_IRUSR | S_IWUSR) != 0) {
    failed.assign(errno, boost::system::system_category());
  }
  if (!failed) acceptor_.listen(boost::asio::socket_base::max_listen_connections, failed);
  if (failed) return Error{Fault::io, path + ": " + failed.message()};
  path_ = path;
  accept();
  return {};
}

void ControlSocket::accept() {
  acceptor_.async_accept([this](const auto& failed, Protocol::socket socket) {
    if (failed == boost::asio::error::operation_aborted) return;
    if (failed) return accept_later();
    const auto client = std::make_shared<Client>(std::move(socket));
    boost::asio::async_read_until(
        client->socket, boost::asio::dynamic_buffer(client->line, max_command), '\n',
        [this, client](const auto& cut, std::size_t size) {
          if (cut) return;
          client->line.resize(size - 1);
          answer_(client->line, [client](const Result<std::string>& told) {
            client->reply = told ? "\n" + *told : told.error().context + "\n";
            boost::asio::async_write(client->socket, boost::asio::buffer(client->reply),
                                     [client](const auto&, std::size_t) {});
          });
        });
    accept();
  });
}

// Most likely for want of descriptors.
void ControlSocket::accept_later() {
  retry_.expires_after(std::chrono::seconds(1));
  retry_.async_wait([this](const auto& cancelled) {
    if (!cancelled) accept();
  });
}

Result<std::string> ControlSocket::command(const std::string& data_directory,
                                           const std::string& command) {
  boost::asio::io_context loop;
  Protocol::socket socket(loop);
  const std::string path = path_in(data_directory);
  boost::system::error_code failed;
  socket.connect(Protocol::endpoint(ShortPath(path).text()), failed);
  if (failed) {
    return Error{Fault::not_found, "no broker runs on " + data_directory + " (" + failed.message() +
                                       "): name its directory with --data"};
  }
  std::string reply;
  boost::asio::write(socket, boost::asio::buffer(command + "\n"), failed);
  if (!failed) boost::asio::read(socket, boost::asio::dynamic_buffer(reply), failed);
  const auto failure_size = reply.find('\n');
  if (failed != boost::asio::error::eof || failure_size == std::string::npos) {
    return Error{Fault::io, "the broker ended before it answered"};
  }
  if (failure_size > 0) return Error{Fault::conflict, reply.substr(0, failure_size)};
  return reply.substr(1);
}

}  // namespace odradek::broker
