// SPDX-License-Identifier: Apache-2.0
#include "broker/apis.h"

#include "broker/connection.h"
#include "broker/handlers/handlers.h"
#include "broker/node.h"

#include <algorithm>
#include <array>

namespace odradek::broker {
namespace {

template <class Request>
void decode_and_handle(wire::Reader& reader, const ExchangePtr& exchange) {
  const bool flexible = Request::api.is_flexible(exchange->version());
  wire::Reader body(reader.rest(), exchange->version(), flexible);
  if (flexible) body.skip_tags();  // of the header
  Request request;
  body.read(request);
  if (!body.ok()) {
    exchange->node().connections().log_refusal("request body", exchange->connection().peer());
    return exchange->close_connection();
  }
  handle(request, exchange);
}

enum class Waits { in_line, aside };

template <class Request>
constexpr ApiEntry entry(Waits waits = Waits::in_line,
                         wire::Versions advertised = Request::api.versions) {
  return {Request::api, advertised, waits == Waits::aside, &decode_and_handle<Request>};
}

// librdkafka before 2.11.1 stops compressing where Produce is not offered from version 0 on
// (KAFKA-18659); like Kafka, we offer those versions and refuse them.
constexpr wire::Versions produce_advertised{0, wire::ProduceRequest::api.versions.last};

constexpr std::array apis{
    entry<wire::ProduceRequest>(Waits::aside, produce_advertised),
    entry<wire::FetchRequest>(Waits::aside),
    entry<wire::ListOffsetsRequest>(),
    entry<wire::MetadataRequest>(),
    entry<wire::OffsetCommitRequest>(Waits::aside),
    entry<wire::OffsetFetchRequest>(),
    entry<wire::FindCoordinatorRequest>(),
    entry<wire::JoinGroupRequest>(),
    entry<wire::HeartbeatRequest>(),
    entry<wire::LeaveGroupRequest>(),
    entry<wire::SyncGroupRequest>(),
    entry<wire::DescribeGroupsRequest>(),
    entry<wire::ListGroupsRequest>(),
    entry<wire::ApiVersionsRequest>(),
    entry<wire::CreateTopicsRequest>(),
    entry<wire::DeleteTopicsRequest>(),
    entry<wire::DeleteRecordsRequest>(),
    entry<wire::InitProducerIdRequest>(),
    entry<wire::OffsetForLeaderEpochRequest>(),
    entry<wire::AddPartitionsToTxnRequest>(),
    entry<wire::AddOffsetsToTxnRequest>(),
    entry<wire::EndTxnRequest>(),
    entry<wire::WriteTxnMarkersRequest>(),
    entry<wire::TxnOffsetCommitRequest>(),
    entry<wire::DescribeConfigsRequest>(),
    entry<wire::AlterConfigsRequest>(),
    entry<wire::AlterReplicaLogDirsRequest>(),
    entry<wire::DescribeLogDirsRequest>(),
    entry<wire::CreatePartitionsRequest>(),
    entry<wire::DeleteGroupsRequest>(),
    entry<wire::ElectLeadersRequest>(),
    entry<wire::IncrementalAlterConfigsRequest>(),
    entry<wire::AlterPartitionReassignmentsRequest>(),
    entry<wire::ListPartitionReassignmentsRequest>(),
    entry<wire::OffsetDeleteRequest>(),
    entry<wire::DescribeClientQuotasRequest>(),
    entry<wire::AlterClientQuotasRequest>(),
    entry<wire::DescribeUserScramCredentialsRequest>(),
    entry<wire::DescribeQuorumRequest>(),
    entry<wire::UpdateFeaturesRequest>(),
    entry<wire::DescribeClusterRequest>(),
    entry<wire::DescribeProducersRequest>(),
    entry<wire::UnregisterBrokerRequest>(),
    entry<wire::DescribeTransactionsRequest>(),
    entry<wire::ListTransactionsRequest>(),
    entry<wire::ListConfigResourcesRequest>(),
    entry<wire::DescribeTopicPartitionsRequest>(),
};

const ApiEntry* find(std::int16_t key) {
  const auto found = std::lower_bound(apis.begin(), apis.end(), key,
                                      [](const ApiEntry& each, std::int16_t wanted) {
                                        return static_cast<std::int16_t>(each.api.key) < wanted;
                                      });
  const bool is_served = found != apis.end() && static_cast<std::int16_t>(found->api.key) == key;
  return is_served ? &*found : nullptr;
}

}  // namespace

std::span<const ApiEntry> served_apis() { return apis; }

bool serve(const ExchangePtr& exchange, wire::Reader& reader) {
  const auto& header = exchange->header();
  const ApiEntry* const entry = find(header.api_key);
  if (entry && entry->api.versions.has(header.api_version)) {
    entry->serve(reader, exchange);
    return entry->may_be_overtaken;
  }
  if (entry && entry->api.key == wire::ApiKey::api_versions) {
    refuse_api_versions(*exchange);
  } else {
    exchange->node().connections().log_refusal("API key or version", exchange->connection().peer());
    exchange->close_connection();
  }
  return false;
}

}  // namespace odradek::broker
