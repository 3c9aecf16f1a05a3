// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "base/result.h"
#include "base/uuid.h"
#include "cleaner/stored_log.h"

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

namespace odradek::broker {

class Node;
class Partition;

// The logs that a node leads, one after the other, for who looks after them in the background: the
// storage pool reads what is to be known of each.
class LedLogs {
 public:
  using Key = std::pair<Uuid, PartitionId>;

  explicit LedLogs(Node& node) : node_(node) {}

  // Those that are to be looked at, behind what is left.
  void gather(const std::function<bool(const Partition&)>& is_wanted);
  // The next one of them; null where there is none any more that is led here.
  Partition* next();
  // Null where it is not led here.
  Partition* find(const Key& key) const;
  static Key key_of(const Partition& partition);
  // What is known of it if it is open, its last segment above all.
  static std::optional<cleaner::LogInUse> in_use(const Partition& partition);

  // Has the pool look at that which is next(), and passes it: `then` is told on the loop what was
  // found, unless it was stopped. Without files there is nothing to find.
  template <typename Found>
  void look(std::function<Result<std::optional<Found>>()> find,
            std::function<void(const Key&, std::optional<Found>)> then) {
    const auto found = std::make_shared<std::optional<Found>>();
    run(
        [find = std::move(find), found]() -> Result<> {
          TRY(*found, find());
          return {};
        },
        [then = std::move(then), found](const Key& key) { then(key, std::move(*found)); });
  }

  // The logs are no longer this thread's.
  void stop() { is_stopped_ = true; }
  bool is_stopped() const { return is_stopped_; }

 private:
  void run(std::function<Result<>()> look, std::function<void(const Key&)> then);

  Node& node_;
  bool is_stopped_ = false;
  std::deque<Key> left_;
};

}  // namespace odradek::broker
