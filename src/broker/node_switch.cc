// SPDX-License-Identifier: Apache-2.0
#include "broker/node_switch.h"

#include "broker/node.h"
#include "meta/leadership.h"

#include <spdlog/spdlog.h>

#include <utility>

namespace odradek::broker {

void NodeSwitch::ask(NodeId node, bool up, Done done) {
  asked_.emplace(++number_, std::move(done));
  node_.send(node, SwitchRequest{number_, up});
}

void NodeSwitch::receive(const SwitchResponse& response) {
  const auto asked = asked_.extract(response.number);
  asked.mapped()(response.result);
}

void NodeSwitch::answer(NodeId asked_by, std::uint64_t number, const Result<>& result) {
  node_.send(asked_by, SwitchResponse{number, result});
}

void NodeSwitch::receive(NodeId asked_by, const SwitchRequest& request) {
  const auto refuse = [&](const std::string& why) {
    answer(asked_by, request.number,
           Error{Fault::conflict, "node " + std::to_string(node_.id().value) + " " + why});
  };
  if (has_left_) return refuse("is being stopped with its process");
  if (switching_ != Switching::no) return refuse("is being started or stopped already");
  if (node_.view().is_up(node_.id()) == request.up) {
    return refuse(request.up ? "is up already" : "is stopped already");
  }
  if (request.up) {
    if (auto opened = open_ports(); !opened) {
      close_ports();
      return answer(asked_by, request.number, opened);
    }
  }
  switching_ = request.up ? Switching::up : Switching::down;
  node_.catalogue().change(
      [id = node_.id(), up = request.up](const meta::CatalogueView& view) {
        return up ? meta::start_node(view, id) : meta::stop_node(view, id);
      },
      [this, asked_by, number = request.number](const Result<>& changed) {
        switching_ = Switching::no;
        if (!changed) follow_catalogue();
        answer(asked_by, number, changed);
      });
}

Result<> NodeSwitch::open_ports() {
  for (auto& listener : listeners_) {
    TRY(listener->bind());
    TRY(listener->listen(*node_.options().socket_listen_backlog_size));
  }
  return {};
}

void NodeSwitch::close_ports() {
  for (auto& listener : listeners_) listener->stop();
}

void NodeSwitch::follow_catalogue() {
  if (!node_.view().is_up(node_.id())) {
    // On the way up the ports are open already, whatever else is committed before.
    return switching_ == Switching::up ? void() : close();
  }
  if (has_left_ || std::exchange(serves_, true)) return;
  for (auto& listener : listeners_) listener->start(node_);
}

void NodeSwitch::leave() {
  has_left_ = true;
  close();
}

void NodeSwitch::close() {
  serves_ = false;
  close_ports();
  node_.connections().close_all();
}

}  // namespace odradek::broker
