// SPDX-License-Identifier: Apache-2.0
#include "broker/handlers/handlers.h"
#include "broker/node.h"

#include <algorithm>
#include <cctype>
#include <set>
#include <string>
#include <vector>

// ListGroups: the groups that this node coordinates, all or those in some states or of some types.
// Kafka: GroupMetadataManager.listGroups.
namespace odradek::broker {

using wire::ErrorCode;
using wire::ListGroupsRequest;
using wire::ListGroupsResponse;

namespace {

constexpr std::string_view classic = "classic";  // the one type that there is

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return result;
}

std::string trimmed(std::string_view text) {
  constexpr std::string_view blank = " \t\r\n";
  const auto begin = text.find_first_not_of(blank);
  if (begin == std::string_view::npos) return {};
  return std::string(text.substr(begin, text.find_last_not_of(blank) - begin + 1));
}

// Nothing asked for is everything.
class Filter {
 public:
  explicit Filter(const std::vector<std::string>& wanted) {
    for (const std::string& each : wanted) wanted_.insert(lower(trimmed(each)));
  }
  bool passes(std::string_view value) const {
    return wanted_.empty() || wanted_.contains(lower(value));
  }

 private:
  std::set<std::string> wanted_;
};

}  // namespace

void handle(const ListGroupsRequest& request, const ExchangePtr& exchange) {
  ListGroupsResponse response;
  const Filter states(request.states_filter);
  const Filter types(request.types_filter);
  const auto list = [&](const group::Group& group) {
    if (!states.passes(name_of(group.state)) || !types.passes(classic)) return;
    response.groups.push_back({.group_id = group.id,
                               .protocol_type = group.protocol_type.value_or(""),
                               .group_state = std::string(name_of(group.state)),
                               .group_type = std::string(classic)});
  };
  response.error_code = exchange->node().groups().for_each(
      [&](GroupCoordinators::Shard& shard) { shard.coordinator.for_each(list); });
  if (response.error_code != ErrorCode::none) response.groups.clear();
  answer<ListGroupsRequest>(*exchange, response);
}

}  // namespace odradek::broker
