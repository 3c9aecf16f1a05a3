// SPDX-License-Identifier: Apache-2.0
#include "broker/handlers/handlers.h"

#include <map>

// DescribeUserScramCredentials: nobody has any, as there is no way yet to give them some. Kafka:
// ScramImage.describe.
namespace odradek::broker {

using wire::DescribeUserScramCredentialsRequest;
using wire::DescribeUserScramCredentialsResponse;
using wire::ErrorCode;

void handle(const DescribeUserScramCredentialsRequest& request, const ExchangePtr& exchange) {
  DescribeUserScramCredentialsResponse response;
  std::map<std::string, int> named;
  if (request.users) {
    for (const auto& user : *request.users) ++named[user.name];
  }
  for (const auto& [user, times] : named) {
    auto& result = response.results.emplace_back();
    result.user = user;
    const bool is_repeated = times > 1;
    result.error_code = is_repeated ? ErrorCode::duplicate_resource : ErrorCode::resource_not_found;
    result.error_message =
        is_repeated
            ? "Cannot describe SCRAM credentials for the same user twice in a single request: " +
                  user
            : "Attempt to describe a user credential that does not exist: " + user;
  }
  answer<DescribeUserScramCredentialsRequest>(*exchange, response);
}

}  // namespace odradek::broker
