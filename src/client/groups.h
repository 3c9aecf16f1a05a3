// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "client/cluster.h"
#include "client/consumer.h"
#include "wire/15_describe_groups.h"
#include "wire/16_list_groups.h"

#include <map>
#include <string>
#include <vector>

namespace odradek::client {

// Every group of the cluster, by their names: each broker lists those that it coordinates.
using ListedGroup = wire::ListGroupsResponse::ListedGroup;
Result<std::vector<ListedGroup>> list_groups(Cluster& cluster);

// Fault::not_found where there is no such group.
using DescribedGroup = wire::DescribeGroupsResponse::DescribedGroup;
using DescribedMember = DescribedGroup::DescribedGroupMember;
Result<DescribedGroup> describe_group(Cluster& cluster, const std::string& group);
Result<> delete_group(Cluster& cluster, const std::string& group);

// Who has which partition; the group outlives it.
std::map<TopicPartition, const DescribedMember*> owners_of(const DescribedGroup& group);

}  // namespace odradek::client
