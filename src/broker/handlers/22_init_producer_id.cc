// SPDX-License-Identifier: Apache-2.0
#include "broker/handlers/handlers.h"
#include "broker/node.h"

// InitProducerId, for idempotent producers: always a new id at epoch 0, whatever the client had
// before. Kafka: TransactionCoordinator.handleInitProducerId with a null transactional id.
namespace odradek::broker {

using wire::ErrorCode;
using wire::InitProducerIdRequest;
using wire::InitProducerIdResponse;

void handle(const InitProducerIdRequest& request, const ExchangePtr& exchange) {
  InitProducerIdResponse refused;
  if (request.transactional_id) {
    // Transactions are not served; an empty id would be wrong even where they are.
    refused.error_code = request.transactional_id->empty() ? ErrorCode::invalid_request
                                                           : ErrorCode::unsupported_version;
    return answer<InitProducerIdRequest>(*exchange, refused);
  }
  const bool has_id = request.producer_id != none_of<ProducerId>;
  const bool has_epoch = request.producer_epoch != none_of<ProducerEpoch>;
  if (has_id != has_epoch) {
    refused.error_code = ErrorCode::invalid_request;
    return answer<InitProducerIdRequest>(*exchange, refused);
  }
  exchange->node().producer_ids().take([exchange](const Result<ProducerId>& taken) {
    InitProducerIdResponse response;
    if (taken) {
      response.producer_id = *taken;
      response.producer_epoch = ProducerEpoch{0};
    } else {
      response.error_code = ErrorCode::coordinator_not_available;
    }
    answer<InitProducerIdRequest>(*exchange, response);
  });
}

}  // namespace odradek::broker
