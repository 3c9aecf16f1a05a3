// SPDX-License-Identifier: Apache-2.0
#include "broker/client_errors.h"
#include "broker/handlers/handlers.h"
#include "broker/node.h"

// EndTxn: commits or aborts; answered when that is decided for good, before the markers are
// written. Kafka: KafkaApis.handleEndTxnRequest.
namespace odradek::broker {

using wire::EndTxnRequest;
using wire::EndTxnResponse;
using wire::ErrorCode;

namespace {

constexpr wire::Version first_end_with_producer_fenced = 2;
constexpr wire::Version first_with_epoch_bumps = 5;

void send(Exchange& exchange, const TransactionCoordinators::Outcome& outcome) {
  EndTxnResponse response;
  response.error_code = or_invalid_epoch(outcome.error, exchange, first_end_with_producer_fenced);
  if (outcome.error == ErrorCode::none) {
    response.producer_id = outcome.producer.id;
    response.producer_epoch = outcome.producer.epoch;
  }
  answer<EndTxnRequest>(exchange, response);
}

}  // namespace

void handle(const EndTxnRequest& request, const ExchangePtr& exchange) {
  const bool bumps_epochs = exchange->version() >= first_with_epoch_bumps;
  exchange->node().transactions().end(
      {.id = request.transactional_id,
       .producer = {request.producer_id, request.producer_epoch},
       .result = static_cast<wire::TransactionResult>(request.committed),
       .client_version = bumps_epochs ? txn::first_with_epoch_bumps : std::int16_t{0}},
      [exchange](const TransactionCoordinators::Outcome& outcome) { send(*exchange, outcome); });
}

}  // namespace odradek::broker
