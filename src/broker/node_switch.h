// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "broker/listener.h"
#include "broker/peers.h"

#include <functional>
#include <map>
#include <memory>
#include <vector>

namespace odradek::broker {

class Node;

// Stops and starts a node while its process goes on: to its clients a stopped node is a dead
// broker, with closed ports; to the other nodes it is one whose leaderships have moved. It still
// listens to the catalogue, and writes it where it is the controller. Used by the node's thread.
class NodeSwitch {
 public:
  NodeSwitch(Node& node, std::vector<std::unique_ptr<Listener>>& listeners)
      : node_(node), listeners_(listeners) {}

  // Has a node of this cluster let clients in, or turn them away; `done` is told here.
  using Done = std::function<void(const Result<>&)>;
  void ask(NodeId node, bool up, Done done);

  void receive(NodeId asked_by, const SwitchRequest& request);
  void receive(const SwitchResponse& response);

  // Does as the catalogue says of this node. The ports must be open before it may say "up".
  void follow_catalogue();
  // Turns clients away for good, whatever the catalogue says.
  void leave();

 private:
  Result<> open_ports();
  void close_ports();
  void close();
  void answer(NodeId asked_by, std::uint64_t number, const Result<>& result);

  Node& node_;
  std::vector<std::unique_ptr<Listener>>& listeners_;
  bool serves_ = false;
  bool has_left_ = false;
  enum class Switching { no, up, down } switching_ = Switching::no;
  std::map<std::uint64_t, Done> asked_;
  std::uint64_t number_ = 0;
};

}  // namespace odradek::broker
