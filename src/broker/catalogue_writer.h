// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "meta/catalogue_view.h"

#include <cstdint>
#include <deque>
#include <functional>

namespace odradek::broker {

class Node;

// A node's changes of the catalogue. One at a time is decided by the node's view and proposed to
// the controller; where another node was faster it is decided again, by what the catalogue says
// then.
class CatalogueWriter {
 public:
  explicit CatalogueWriter(Node& node) : node_(node) {}

  // `decide` may be called more than once, and what it decided last counts; it may find that there
  // is nothing to do, and return no records. `done` is told, in the order of the changes, when the
  // change is durable and in the node's view, or what failed.
  using Decide = std::function<meta::Records(const meta::CatalogueView&)>;
  using Done = std::function<void(const Result<>&)>;
  void change(Decide decide, Done done);

  // The controller's answer to proposal `number`.
  void outcome(std::uint64_t number, const Result<>& result);

 private:
  struct Change {
    Decide decide;
    Done done;
  };
  void start_next();

  Node& node_;
  std::deque<Change> waiting_;  // the first one is proposed
  std::uint64_t number_ = 0;    // of the last proposal
  bool is_proposed_ = false;
};

}  // namespace odradek::broker
