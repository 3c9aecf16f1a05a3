// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.h"
#include "broker/exchange.h"
#include "broker/receive_buffer.h"
#include "broker/send_queue.h"
#include "broker/timer.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/intrusive/list.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>

namespace odradek::broker {

class Listener;

// An address as text: "127.0.0.1", also where it is mapped into IPv6.
std::string host_of(const boost::asio::ip::tcp::endpoint& endpoint);

// One client's TCP connection. Executes every whole request that it has received; what was produced
// is committed together with that of other connections (Node::commit_soon); then all answers that
// are due are sent with one call.
//
// Order: answers leave in the order of the requests. A waiting Produce or Fetch holds up the
// answers behind it, not the execution of the requests, unless it says so; any other waiting
// request holds up both, as in Kafka, which executes one request of a connection at a time.
//
// Back-pressure: while a client does not take its answers, or has `max_open` requests waiting,
// nothing more is executed or read from it.
class Connection : public boost::intrusive_ref_counter<Connection, boost::thread_unsafe_counter>,
                   public boost::intrusive::list_base_hook<
                       boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  using Socket = boost::asio::ip::tcp::socket;

  static constexpr std::size_t max_open = 64;
  // Memory that a client who does not take its answers may keep; what is more is sent from files.
  static constexpr std::size_t max_unsent = 1 << 20;
  // Requests executed before other connections get a turn.
  static constexpr int requests_per_turn = 256;
  // Of answers. A client that reads all there is does not hold up one that waits for a record.
  static constexpr std::size_t bytes_per_turn = 256 << 10;

  Connection(Node& owner, Listener& listener, Socket socket);
  ~Connection();

  void start();
  void close();
  bool is_open() const { return socket_.is_open(); }

  // There is memory again, after ClientConnections::may_receive() said no.
  void resume_reading();

  // Executes nothing more for so long, as a client that has used more than its quota rests
  // (KIP-219). What is answered meanwhile is sent.
  void mute(std::chrono::milliseconds time);

  // An exchange of this connection has been settled.
  void on_settled();
  // Its turn, after Node::resume_later().
  void resume();

  Node& node() const { return node_; }
  Listener& listener() const { return listener_; }
  // The address by which the client came, and the client's own: "127.0.0.1".
  const std::string& local_host() const { return local_host_; }
  const std::string& peer() const { return peer_; }
  Clock::time_point last_active() const { return last_active_; }
  // Counts as active now.
  void touch();
  // Nothing of the client's is being worked on; it may still owe us the taking of its answers.
  bool is_idle() const { return open_.empty(); }

 private:
  using Self = boost::intrusive_ptr<Connection>;

  bool is_muted() const { return mute_ != nullptr; }
  void wait_until_readable();
  void wait_until_writable();
  void on_readable();
  void on_writable();
  bool receive();
  void run();
  bool execute_pending(int& left);
  void continue_later();
  void execute(const ReceiveBuffer::Frame& frame);
  bool may_execute() const;
  bool flush(std::size_t& left);
  bool collect_answers();
  void set_low_water_mark(std::size_t missing);
  void track_memory();

  Node& node_;
  Listener& listener_;
  Socket socket_;
  std::string local_host_;
  std::string peer_;
  ReceiveBuffer incoming_;
  SendQueue outgoing_;
  std::deque<ExchangePtr> open_;  // in the order of their requests; not answered, or not yet sent
  std::size_t counted_memory_ = 0;
  int low_water_mark_ = 1;
  bool waits_for_reading_ = false;
  bool waits_for_writing_ = false;
  bool is_running_ = false;
  bool will_resume_ = false;
  bool holds_execution_ = false;  // the last request executed must be answered first
  bool is_closing_ = false;
  Clock::time_point last_active_;
  std::unique_ptr<Timer> mute_;  // while it is muted
};
using ConnectionPtr = boost::intrusive_ptr<Connection>;

}  // namespace odradek::broker
