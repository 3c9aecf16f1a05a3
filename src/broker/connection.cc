// SPDX-License-Identifier: Apache-2.0
#include "broker/connection.h"

#include "base/clock.h"
#include "broker/apis.h"
#include "broker/node.h"

#include <netinet/tcp.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

namespace odradek::broker {
namespace {

// When at least this much of a frame is missing, the kernel wakes us only once it, or this much of
// it, is there: fewer, larger receives (docs/decisions/0006).
constexpr std::size_t smallest_low_water_mark = 64 << 10;
constexpr std::size_t largest_low_water_mark = 512 << 10;

}  // namespace

std::string host_of(const boost::asio::ip::tcp::endpoint& endpoint) {
  const auto address = endpoint.address();
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address.to_v6())
        .to_string();
  }
  return address.to_string();
}

Connection::Connection(Node& owner, Listener& listener, Socket socket)
    : node_(owner),
      listener_(listener),
      socket_(std::move(socket)),
      incoming_(owner.slabs(), static_cast<std::size_t>(*owner.options().socket_request_max_bytes)),
      last_active_(Clock::now()) {
  boost::system::error_code ignored;
  socket_.set_option(boost::asio::ip::tcp::no_delay(true), ignored);
  socket_.non_blocking(true, ignored);
  local_host_ = host_of(socket_.local_endpoint(ignored));
  peer_ = host_of(socket_.remote_endpoint(ignored));
}

Connection::~Connection() = default;

void Connection::start() { wait_until_readable(); }

void Connection::close() {
  if (!socket_.is_open()) return;
  boost::system::error_code ignored;
  socket_.close(ignored);
  const auto open = std::exchange(open_, {});
  for (const ExchangePtr& exchange : open) exchange->abandon();
  node_.connections().holds(std::exchange(counted_memory_, 0), 0);
  node_.connections().give_memory_back(*this);
  outgoing_ = SendQueue();
  mute_.reset();
  node_.connections().on_closed(*this);
}

void Connection::mute(std::chrono::milliseconds time) {
  if (!socket_.is_open()) return;
  const auto until = Clock::now() + time;
  if (mute_ && mute_->expiry() >= until) return;
  if (!mute_) mute_ = std::make_unique<Timer>(node_.loop());
  node_.connections().pass_privilege(*this);
  mute_->expires_at(until);  // ends the wait for an earlier time
  mute_->async_wait([self = Self(this)](const auto& cancelled) {
    if (cancelled || !self->socket_.is_open()) return;
    self->mute_.reset();
    self->touch();
    self->run();
  });
}

void Connection::wait_until_readable() {
  if (waits_for_reading_ || !socket_.is_open()) return;
  if (incoming_.empty()) incoming_.release_if_empty();
  track_memory();
  waits_for_reading_ = true;
  socket_.async_wait(Socket::wait_read, [self = Self(this)](const auto& failed) {
    self->waits_for_reading_ = false;
    if (!failed) self->on_readable();
  });
}

void Connection::wait_until_writable() {
  if (waits_for_writing_ || !socket_.is_open()) return;
  waits_for_writing_ = true;
  socket_.async_wait(Socket::wait_write, [self = Self(this)](const auto& failed) {
    self->waits_for_writing_ = false;
    if (!failed) self->on_writable();
  });
}

void Connection::on_readable() {
  if (!socket_.is_open() || !may_execute()) return;
  if (!node_.connections().may_receive(*this)) return;  // resume_reading() follows
  if (!receive()) return;
  run();
}

void Connection::on_writable() {
  if (!socket_.is_open()) return;
  touch();  // the client takes its answers, however slowly
  run();
}

// False where the connection ended.
bool Connection::receive() {
  const auto room = incoming_.prepare();
  const ssize_t got = ::recv(socket_.native_handle(), room.data(), room.size(), MSG_DONTWAIT);
  if (got > 0) {
    incoming_.received(static_cast<std::size_t>(got));
    touch();
    return true;
  }
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return true;
  close();
  return false;
}

void Connection::touch() {
  last_active_ = Clock::now();
  node_.connections().on_active(*this);
}

bool Connection::may_execute() const {
  return !is_closing_ && !is_muted() && !holds_execution_ && open_.size() < max_open &&
         outgoing_.empty();
}

// Brings everything as far as it can go now: executes, sends, and waits for what is missing.
void Connection::run() {
  if (is_running_) return;
  const Self self(this);  // an answer may close the connection
  const Node::Turn turn(node_, Node::Turn::Shared{});
  is_running_ = true;
  int requests = requests_per_turn;
  std::size_t bytes = bytes_per_turn;
  bool progressed = true;
  while (progressed && socket_.is_open()) {
    progressed = execute_pending(requests);
    node_.commit_soon();
    // An answer that leaves may let requests go on that were held back.
    progressed = flush(bytes) || progressed;
  }
  is_running_ = false;
  if (!socket_.is_open()) return;
  if (!outgoing_.empty()) return bytes == 0 ? continue_later() : wait_until_writable();
  if (is_closing_ && open_.empty()) return close();
  if (!may_execute()) return;
  if (requests == 0) return continue_later();
  set_low_water_mark(incoming_.missing());
  wait_until_readable();
}

// Lets other connections have a turn first.
void Connection::continue_later() {
  if (!std::exchange(will_resume_, true)) node_.resume_later(Self(this));
}

void Connection::resume() {
  will_resume_ = false;
  if (socket_.is_open()) run();
}

// Executes what has been received whole, at most `left` requests; true where there was one.
bool Connection::execute_pending(int& left) {
  bool executed = false;
  while (left > 0 && may_execute()) {
    ReceiveBuffer::Frame frame;
    const auto next = incoming_.next(frame);
    if (next == ReceiveBuffer::Next::incomplete) break;
    if (next == ReceiveBuffer::Next::illegal) {
      node_.connections().log_refusal("frame length", peer_);
      is_closing_ = true;
      break;
    }
    execute(frame);
    executed = true;
    --left;
  }
  return executed;
}

void Connection::execute(const ReceiveBuffer::Frame& frame) {
  wire::Reader reader(frame.bytes, 0, false);
  const wire::RequestHeader header = wire::read_request_header(reader);
  if (!reader.ok()) {
    node_.connections().log_refusal("request header", peer_);
    is_closing_ = true;
    return;
  }
  open_.push_back(new Exchange(node_, Self(this), header, frame.keeper, frame.bytes.size()));
  const ExchangePtr exchange = open_.back();
  exchange->begin_execution();
  const bool may_overtake = serve(exchange, reader) && !exchange->holds_back_others();
  exchange->end_execution();
  holds_execution_ = !may_overtake && exchange->state() == Exchange::State::open;
  if (exchange->state() == Exchange::State::closing)
    is_closing_ = true;  // nothing behind it counts
}

void Connection::on_settled() {
  if (is_running_ || !socket_.is_open()) return;
  // Inside the turn of another connection, wait for its end: turns must not pile up on the stack.
  node_.is_in_turn() ? continue_later() : run();
}

// Moves the answers that are due into the queue, in order; false where none was.
bool Connection::collect_answers() {
  bool any = false;
  while (!open_.empty() && open_.front()->state() != Exchange::State::open) {
    const ExchangePtr exchange = std::move(open_.front());
    open_.pop_front();
    any = true;
    if (exchange->state() == Exchange::State::closing) {
      is_closing_ = true;
      for (const ExchangePtr& later : std::exchange(open_, {})) later->abandon();
      break;
    }
    outgoing_.add(exchange->output());
  }
  if (holds_execution_ && open_.empty()) holds_execution_ = false;
  return any;
}

// Sends what is due and can be sent, at most `left` bytes; true where an answer was due.
bool Connection::flush(std::size_t& left) {
  bool any = false;
  while (!outgoing_.empty() || collect_answers()) {
    any = true;
    const auto progress = outgoing_.send(socket_.native_handle(), left);
    if (progress == SendQueue::Progress::failed) {
      close();
      return false;
    }
    if (progress != SendQueue::Progress::sent_all) break;
  }
  track_memory();
  return any && outgoing_.empty();
}

void Connection::set_low_water_mark(std::size_t missing) {
  const auto wanted = static_cast<int>(
      missing > smallest_low_water_mark ? std::min(missing, largest_low_water_mark) : 1);
  if (wanted == std::exchange(low_water_mark_, wanted)) return;
  ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVLOWAT, &wanted, sizeof wanted);
}

void Connection::track_memory() {
  node_.connections().holds(std::exchange(counted_memory_, incoming_.held()), incoming_.held());
  if (incoming_.empty()) node_.connections().give_memory_back(*this);
  if (outgoing_.held_bytes() > max_unsent) outgoing_.release_memory();
}

void Connection::resume_reading() { wait_until_readable(); }

}  // namespace odradek::broker
