// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "broker/exchange.h"
#include "wire/messages.h"

// One handler for each API, in the file with the API's number. A handler answers the exchange, now
// or later; a request that is wrong is answered with Kafka's error code. Views in the request live
// as long as the exchange's frame, so what waits keeps that, or copies.
namespace odradek::broker {

void handle(const wire::ProduceRequest& request, const ExchangePtr& exchange);
void handle(const wire::FetchRequest& request, const ExchangePtr& exchange);
void handle(const wire::ListOffsetsRequest& request, const ExchangePtr& exchange);
void handle(const wire::MetadataRequest& request, const ExchangePtr& exchange);
void handle(const wire::OffsetCommitRequest& request, const ExchangePtr& exchange);
void handle(const wire::OffsetFetchRequest& request, const ExchangePtr& exchange);
void handle(const wire::FindCoordinatorRequest& request, const ExchangePtr& exchange);
void handle(const wire::JoinGroupRequest& request, const ExchangePtr& exchange);
void handle(const wire::HeartbeatRequest& request, const ExchangePtr& exchange);
void handle(const wire::LeaveGroupRequest& request, const ExchangePtr& exchange);
void handle(const wire::SyncGroupRequest& request, const ExchangePtr& exchange);
void handle(const wire::DescribeGroupsRequest& request, const ExchangePtr& exchange);
void handle(const wire::ListGroupsRequest& request, const ExchangePtr& exchange);
void handle(const wire::ApiVersionsRequest& request, const ExchangePtr& exchange);
void handle(const wire::CreateTopicsRequest& request, const ExchangePtr& exchange);
void handle(const wire::DeleteTopicsRequest& request, const ExchangePtr& exchange);
void handle(const wire::DeleteRecordsRequest& request, const ExchangePtr& exchange);
void handle(const wire::InitProducerIdRequest& request, const ExchangePtr& exchange);
void handle(const wire::OffsetForLeaderEpochRequest& request, const ExchangePtr& exchange);
void handle(const wire::AddPartitionsToTxnRequest& request, const ExchangePtr& exchange);
void handle(const wire::AddOffsetsToTxnRequest& request, const ExchangePtr& exchange);
void handle(const wire::EndTxnRequest& request, const ExchangePtr& exchange);
void handle(const wire::WriteTxnMarkersRequest& request, const ExchangePtr& exchange);
void handle(const wire::TxnOffsetCommitRequest& request, const ExchangePtr& exchange);
void handle(const wire::DescribeConfigsRequest& request, const ExchangePtr& exchange);
void handle(const wire::AlterConfigsRequest& request, const ExchangePtr& exchange);
void handle(const wire::AlterReplicaLogDirsRequest& request, const ExchangePtr& exchange);
void handle(const wire::DescribeLogDirsRequest& request, const ExchangePtr& exchange);
void handle(const wire::CreatePartitionsRequest& request, const ExchangePtr& exchange);
void handle(const wire::DeleteGroupsRequest& request, const ExchangePtr& exchange);
void handle(const wire::ElectLeadersRequest& request, const ExchangePtr& exchange);
void handle(const wire::IncrementalAlterConfigsRequest& request, const ExchangePtr& exchange);
void handle(const wire::AlterPartitionReassignmentsRequest& request, const ExchangePtr& exchange);
void handle(const wire::ListPartitionReassignmentsRequest& request, const ExchangePtr& exchange);
void handle(const wire::OffsetDeleteRequest& request, const ExchangePtr& exchange);
void handle(const wire::DescribeClientQuotasRequest& request, const ExchangePtr& exchange);
void handle(const wire::AlterClientQuotasRequest& request, const ExchangePtr& exchange);
void handle(const wire::DescribeUserScramCredentialsRequest& request, const ExchangePtr& exchange);
void handle(const wire::DescribeQuorumRequest& request, const ExchangePtr& exchange);
void handle(const wire::UpdateFeaturesRequest& request, const ExchangePtr& exchange);
void handle(const wire::DescribeClusterRequest& request, const ExchangePtr& exchange);
void handle(const wire::DescribeProducersRequest& request, const ExchangePtr& exchange);
void handle(const wire::UnregisterBrokerRequest& request, const ExchangePtr& exchange);
void handle(const wire::DescribeTransactionsRequest& request, const ExchangePtr& exchange);
void handle(const wire::ListTransactionsRequest& request, const ExchangePtr& exchange);
void handle(const wire::ListConfigResourcesRequest& request, const ExchangePtr& exchange);
void handle(const wire::DescribeTopicPartitionsRequest& request, const ExchangePtr& exchange);

// ApiVersions in a version we do not have: answered in version 0, so that the client can try again.
void refuse_api_versions(Exchange& exchange);

}  // namespace odradek::broker
