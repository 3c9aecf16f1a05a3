// SPDX-License-Identifier: Apache-2.0
#include "broker/peers.h"

#include "base/assert.h"

#include <boost/asio/post.hpp>

#include <utility>

namespace odradek::broker {

void LoopPeers::add(NodeId node, boost::asio::io_context& loop, Receive receive) {
  peers_.emplace(node, Peer{loop, std::move(receive)});
}

void LoopPeers::send(NodeId to, Message message) {
  const auto peer = peers_.find(to);
  ASSERT(peer != peers_.end());
  boost::asio::post(peer->second.loop,
                    [&receive = peer->second.receive, message = std::move(message)]() mutable {
                      receive(std::move(message));
                    });
}

}  // namespace odradek::broker
