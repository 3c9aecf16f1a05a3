// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "wire/00_produce.h"
#include "wire/01_fetch.h"
#include "wire/02_list_offsets.h"
#include "wire/03_metadata.h"
#include "wire/08_offset_commit.h"
#include "wire/09_offset_fetch.h"
#include "wire/10_find_coordinator.h"
#include "wire/11_join_group.h"
#include "wire/12_heartbeat.h"
#include "wire/13_leave_group.h"
#include "wire/14_sync_group.h"
#include "wire/15_describe_groups.h"
#include "wire/16_list_groups.h"
#include "wire/18_api_versions.h"
#include "wire/19_create_topics.h"
#include "wire/20_delete_topics.h"
#include "wire/21_delete_records.h"
#include "wire/22_init_producer_id.h"
#include "wire/23_offset_for_leader_epoch.h"
#include "wire/24_add_partitions_to_txn.h"
#include "wire/25_add_offsets_to_txn.h"
#include "wire/26_end_txn.h"
#include "wire/27_write_txn_markers.h"
#include "wire/28_txn_offset_commit.h"
#include "wire/32_describe_configs.h"
#include "wire/33_alter_configs.h"
#include "wire/34_alter_replica_log_dirs.h"
#include "wire/35_describe_log_dirs.h"
#include "wire/37_create_partitions.h"
#include "wire/42_delete_groups.h"
#include "wire/43_elect_leaders.h"
#include "wire/44_incremental_alter_configs.h"
#include "wire/45_alter_partition_reassignments.h"
#include "wire/46_list_partition_reassignments.h"
#include "wire/47_offset_delete.h"
#include "wire/48_describe_client_quotas.h"
#include "wire/49_alter_client_quotas.h"
#include "wire/50_describe_user_scram_credentials.h"
#include "wire/55_describe_quorum.h"
#include "wire/57_update_features.h"
#include "wire/60_describe_cluster.h"
#include "wire/61_describe_producers.h"
#include "wire/64_unregister_broker.h"
#include "wire/65_describe_transactions.h"
#include "wire/66_list_transactions.h"
#include "wire/74_list_config_resources.h"
#include "wire/75_describe_topic_partitions.h"

#include <tuple>

namespace odradek::wire {

// Every request this code can read and write; each names its response.
using AllRequests =
    std::tuple<ProduceRequest, FetchRequest, ListOffsetsRequest, MetadataRequest,
               OffsetCommitRequest, OffsetFetchRequest, FindCoordinatorRequest, JoinGroupRequest,
               HeartbeatRequest, LeaveGroupRequest, SyncGroupRequest, DescribeGroupsRequest,
               ListGroupsRequest, ApiVersionsRequest, CreateTopicsRequest, DeleteTopicsRequest,
               DeleteRecordsRequest, InitProducerIdRequest, OffsetForLeaderEpochRequest,
               AddPartitionsToTxnRequest, AddOffsetsToTxnRequest, EndTxnRequest,
               WriteTxnMarkersRequest, TxnOffsetCommitRequest, DescribeConfigsRequest,
               AlterConfigsRequest, AlterReplicaLogDirsRequest, DescribeLogDirsRequest,
               CreatePartitionsRequest, DeleteGroupsRequest, ElectLeadersRequest,
               IncrementalAlterConfigsRequest, AlterPartitionReassignmentsRequest,
               ListPartitionReassignmentsRequest, OffsetDeleteRequest, DescribeClientQuotasRequest,
               AlterClientQuotasRequest, DescribeUserScramCredentialsRequest, DescribeQuorumRequest,
               UpdateFeaturesRequest, DescribeClusterRequest, DescribeProducersRequest,
               UnregisterBrokerRequest, DescribeTransactionsRequest, ListTransactionsRequest,
               ListConfigResourcesRequest, DescribeTopicPartitionsRequest>;

}  // namespace odradek::wire
