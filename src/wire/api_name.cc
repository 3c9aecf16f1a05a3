// SPDX-License-Identifier: Apache-2.0
#include "wire/api_name.h"

#include <algorithm>
#include <array>

namespace odradek::wire {
namespace {

struct Name {
  ApiKey key;
  std::string_view name;
};
using enum ApiKey;
constexpr std::array names = std::to_array<Name>({
    {produce, "Produce"},
    {fetch, "Fetch"},
    {list_offsets, "ListOffsets"},
    {metadata, "Metadata"},
    {offset_commit, "OffsetCommit"},
    {offset_fetch, "OffsetFetch"},
    {find_coordinator, "FindCoordinator"},
    {join_group, "JoinGroup"},
    {heartbeat, "Heartbeat"},
    {leave_group, "LeaveGroup"},
    {sync_group, "SyncGroup"},
    {describe_groups, "DescribeGroups"},
    {list_groups, "ListGroups"},
    {api_versions, "ApiVersions"},
    {create_topics, "CreateTopics"},
    {delete_topics, "DeleteTopics"},
    {delete_records, "DeleteRecords"},
    {init_producer_id, "InitProducerId"},
    {offset_for_leader_epoch, "OffsetForLeaderEpoch"},
    {add_partitions_to_txn, "AddPartitionsToTxn"},
    {add_offsets_to_txn, "AddOffsetsToTxn"},
    {end_txn, "EndTxn"},
    {write_txn_markers, "WriteTxnMarkers"},
    {txn_offset_commit, "TxnOffsetCommit"},
    {describe_configs, "DescribeConfigs"},
    {alter_configs, "AlterConfigs"},
    {alter_replica_log_dirs, "AlterReplicaLogDirs"},
    {describe_log_dirs, "DescribeLogDirs"},
    {create_partitions, "CreatePartitions"},
    {delete_groups, "DeleteGroups"},
    {elect_leaders, "ElectLeaders"},
    {incremental_alter_configs, "IncrementalAlterConfigs"},
    {alter_partition_reassignments, "AlterPartitionReassignments"},
    {list_partition_reassignments, "ListPartitionReassignments"},
    {offset_delete, "OffsetDelete"},
    {describe_client_quotas, "DescribeClientQuotas"},
    {alter_client_quotas, "AlterClientQuotas"},
    {describe_user_scram_credentials, "DescribeUserScramCredentials"},
    {describe_quorum, "DescribeQuorum"},
    {update_features, "UpdateFeatures"},
    {describe_cluster, "DescribeCluster"},
    {describe_producers, "DescribeProducers"},
    {unregister_broker, "UnregisterBroker"},
    {describe_transactions, "DescribeTransactions"},
    {list_transactions, "ListTransactions"},
    {list_config_resources, "ListConfigResources"},
    {describe_topic_partitions, "DescribeTopicPartitions"},
});

}  // namespace

std::string_view name_of(ApiKey key) {
  const auto found =
      std::find_if(names.begin(), names.end(), [&](const Name& each) { return each.key == key; });
  return found == names.end() ? "UNKNOWN" : found->name;
}

}  // namespace odradek::wire
