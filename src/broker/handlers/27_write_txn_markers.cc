// SPDX-License-Identifier: Apache-2.0
#include "broker/handlers/handlers.h"
#include "broker/node.h"

#include <algorithm>
#include <memory>
#include <utility>

// WriteTxnMarkers: ends transactions in partitions that are led here, whatever their coordinator
// says: what kafka-transactions uses to abort a hanging one. Kafka:
// KafkaApis.handleWriteTxnMarkersRequest.
namespace odradek::broker {

using wire::ErrorCode;
using wire::WriteTxnMarkersRequest;
using wire::WriteTxnMarkersResponse;

namespace {

using Marker = WriteTxnMarkersRequest::WritableTxnMarker;
using WritableTxnMarkerResult = WriteTxnMarkersResponse::WritableTxnMarkerResult;
using Errors = std::vector<ErrorCode>;

// Several markers of a producer are answered as one.
WritableTxnMarkerResult& result_of(ProducerId producer, WriteTxnMarkersResponse& response) {
  auto& all = response.markers;
  const auto found = std::find_if(all.begin(), all.end(), [&](const WritableTxnMarkerResult& each) {
    return each.producer_id == producer;
  });
  if (found != all.end()) return *found;
  return all.emplace_back(WritableTxnMarkerResult{producer, {}});
}

void add(const Marker& marker, const Errors& errors, WriteTxnMarkersResponse& response) {
  std::size_t next = 0;
  for (const auto& topic : marker.topics) {
    auto& answered = result_of(marker.producer_id, response).topics.emplace_back();
    answered.name = topic.name;
    for (const PartitionId partition : topic.partition_indexes) {
      answered.partitions.push_back({partition, errors[next++]});
    }
  }
}

std::vector<txn::TopicPartition> partitions_of(const Marker& marker) {
  std::vector<txn::TopicPartition> partitions;
  for (const auto& topic : marker.topics) {
    for (const PartitionId partition : topic.partition_indexes) {
      partitions.push_back({topic.name, partition});
    }
  }
  return partitions;
}

// Kafka makes no batch of such a producer. It makes none for partitions that do not exist.
bool may_be_written(const Marker& marker, const std::vector<txn::TopicPartition>& partitions,
                    const meta::CatalogueView& view) {
  if (marker.producer_id >= ProducerId{0} && marker.producer_epoch >= ProducerEpoch{0}) return true;
  return std::none_of(partitions.begin(), partitions.end(),
                      [&](const auto& each) { return view.has(each.topic, each.partition); });
}

// Where a marker cannot be written Kafka does not know what to say of that, and leaves those behind
// it alone. Of several of a producer the last one is told of
// (WriteTxnMarkersRequest.getErrorResponse).
WriteTxnMarkersResponse refusal(const std::vector<Marker>& markers) {
  WriteTxnMarkersResponse response;
  for (const Marker& marker : markers) {
    result_of(marker.producer_id, response).topics.clear();
    add(marker, Errors(partitions_of(marker).size(), ErrorCode::unknown_server_error), response);
  }
  return response;
}

// Markers that are written each in its own time, and answered together.
struct MarkerAnswers {
  ExchangePtr exchange;
  std::vector<Marker> markers;
  WriteTxnMarkersResponse response;
  std::size_t left = 0;

  void finished(const Marker& marker, const Errors& errors) {
    add(marker, errors, response);
    if (--left == 0) answer<WriteTxnMarkersRequest>(*exchange, response);
  }
};

}  // namespace

void handle(const WriteTxnMarkersRequest& request, const ExchangePtr& exchange) {
  const auto answering = std::make_shared<MarkerAnswers>();
  answering->exchange = exchange;
  answering->markers = request.markers;
  answering->left = answering->markers.size();
  if (answering->left == 0) return answer<WriteTxnMarkersRequest>(*exchange, {});
  for (const Marker& marker : answering->markers) {
    const auto partitions = partitions_of(marker);
    if (!may_be_written(marker, partitions, exchange->node().view())) {
      return answer<WriteTxnMarkersRequest>(*exchange, refusal(answering->markers));
    }
    const log::EndOfTransaction end{
        marker.producer_id,
        marker.producer_epoch,
        {static_cast<wire::TransactionResult>(marker.transaction_result), marker.coordinator_epoch},
        marker.transaction_version};
    write_markers(exchange->node(), end, partitions, [answering, &marker](const Errors& errors) {
      answering->finished(marker, errors);
    });
  }
}

}  // namespace odradek::broker
