// SPDX-License-Identifier: Apache-2.0
#include "broker/handlers/handlers.h"
#include "broker/node.h"

#include <map>
#include <memory>
#include <set>
#include <utility>

// DeleteGroups: empty groups go, with what they had committed. Kafka:
// GroupCoordinatorShard.deleteGroups.
namespace odradek::broker {

using wire::DeleteGroupsRequest;
using wire::DeleteGroupsResponse;
using wire::ErrorCode;

namespace {

// Groups of several partitions are answered together, when all is written.
class Deletion : public std::enable_shared_from_this<Deletion> {
 public:
  explicit Deletion(ExchangePtr exchange) : exchange_(std::move(exchange)) {}

  void run(const std::vector<std::string>& names) {
    std::map<GroupCoordinators::Shard*, Part> parts;
    std::set<std::string_view> seen;
    for (const std::string& name : names) {
      if (seen.insert(name).second) remove(name, parts);
    }
    open_parts_ = parts.size() + 1;
    for (auto& [shard, part] : parts) {
      exchange_->node().groups().carry_out(
          *shard, std::move(part.actions),
          [self = shared_from_this(), results = std::move(part.results)](ErrorCode failure) {
            for (const std::size_t each : results) self->fail(each, failure);
            self->end_part();
          });
    }
    end_part();
  }

 private:
  struct Part {
    group::Actions actions;
    std::vector<std::size_t> results;  // their indices
  };

  void remove(const std::string& name, std::map<GroupCoordinators::Shard*, Part>& parts) {
    auto& result = response_.results.emplace_back();
    result.group_id = name;
    const auto found = exchange_->node().groups().find(name);
    result.error_code = found.error;
    if (!found.shard) return;
    Part& part = parts[found.shard];
    result.error_code = found.shard->coordinator.delete_group(name, part.actions);
    part.results.push_back(response_.results.size() - 1);
  }

  void fail(std::size_t index, ErrorCode failure) {
    ErrorCode& error = response_.results[index].error_code;
    if (error == ErrorCode::none) error = failure;
  }

  void end_part() {
    if (--open_parts_ == 0) answer<DeleteGroupsRequest>(*exchange_, response_);
  }

  ExchangePtr exchange_;
  DeleteGroupsResponse response_;
  std::size_t open_parts_ = 0;
};

}  // namespace

void handle(const DeleteGroupsRequest& request, const ExchangePtr& exchange) {
  std::make_shared<Deletion>(exchange)->run(request.groups_names);
}

}  // namespace odradek::broker
