// SPDX-License-Identifier: Apache-2.0
#include "broker/client_errors.h"
#include "broker/handlers/handlers.h"
#include "broker/node.h"

// InitProducerId. For a transactional id the coordinator decides; an idempotent producer always
// gets a new id at epoch 0, whatever it had before. Kafka:
// TransactionCoordinator.handleInitProducerId.
namespace odradek::broker {

using wire::ErrorCode;
using wire::InitProducerIdRequest;
using wire::InitProducerIdResponse;

namespace {

constexpr wire::Version first_init_with_producer_fenced = 4;

void send(Exchange& exchange, ErrorCode error, const txn::Producer& producer = {}) {
  InitProducerIdResponse response;
  response.error_code = or_invalid_epoch(error, exchange, first_init_with_producer_fenced);
  const txn::Producer told = error == ErrorCode::none ? producer : txn::Producer{};
  response.producer_id = told.id;
  response.producer_epoch = told.epoch;
  answer<InitProducerIdRequest>(exchange, response);
}

void init_idempotent(const ExchangePtr& exchange) {
  exchange->node().producer_ids().take([exchange](const Result<ProducerId>& taken) {
    taken ? send(*exchange, ErrorCode::none, {*taken, ProducerEpoch{0}})
          : send(*exchange, ErrorCode::coordinator_load_in_progress);
  });
}

void init_transactional(const InitProducerIdRequest& request, const ExchangePtr& exchange) {
  txn::Coordinator::Init init{.id = *request.transactional_id,
                              .timeout_ms = request.transaction_timeout_ms,
                              .expected = {}};
  if (request.producer_id != none_of<ProducerId>) {
    init.expected = {request.producer_id, request.producer_epoch};
  }
  exchange->node().transactions().init(std::move(init),
                                       [exchange](const TransactionCoordinators::Outcome& outcome) {
                                         send(*exchange, outcome.error, outcome.producer);
                                       });
}

}  // namespace

void handle(const InitProducerIdRequest& request, const ExchangePtr& exchange) {
  const bool has_id = request.producer_id != none_of<ProducerId>;
  const bool has_epoch = request.producer_epoch != none_of<ProducerEpoch>;
  if (has_id != has_epoch) return send(*exchange, ErrorCode::invalid_request);
  request.transactional_id ? init_transactional(request, exchange) : init_idempotent(exchange);
}

}  // namespace odradek::broker
