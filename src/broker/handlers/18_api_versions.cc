// SPDX-License-Identifier: Apache-2.0
#include "broker/apis.h"
#include "broker/handlers/handlers.h"
#include "broker/node.h"
#include "meta/features.h"

#include <algorithm>
#include <string_view>

// ApiVersions: the first request of every client. Kafka: KafkaApis.handleApiVersionsRequest.
namespace odradek::broker {

using wire::ApiVersionsRequest;
using wire::ApiVersionsResponse;
using wire::ErrorCode;

namespace {

constexpr wire::Version first_with_software = 3;
constexpr wire::Version first_with_features = 3;
constexpr wire::Version first_with_features_from_0 = 4;

void add_apis(ApiVersionsResponse& response) {
  response.api_keys.reserve(served_apis().size());
  for (const ApiEntry& each : served_apis()) {
    auto& key = response.api_keys.emplace_back();
    key.api_key = static_cast<std::int16_t>(each.api.key);
    key.min_version = each.advertised.first;
    key.max_version = each.advertised.last;
  }
}

// Older Java clients do not connect where a feature begins at 0 (KAFKA-17011).
void add_features(ApiVersionsResponse& response, wire::Version version,
                  const meta::CatalogueView& view) {
  response.finalized_features_epoch = view.version();
  response.supported_features.reserve(meta::features.size());
  response.finalized_features.reserve(meta::features.size());
  for (const meta::Feature& feature : meta::features) {
    const bool is_told = feature.least > 0 || version >= first_with_features_from_0;
    if (is_told) {
      auto& told = response.supported_features.emplace_back();
      told.name = feature.name;
      told.min_version = feature.least;
      told.max_version = feature.most;
    }
    const std::int16_t level = meta::level_of(feature, view);
    if (level > 0) {
      auto& told = response.finalized_features.emplace_back();
      told.name = feature.name;
      told.min_version_level = level;
      told.max_version_level = level;
    }
  }
}

// Kafka: ApiVersionsRequest.isValid, "[a-zA-Z0-9](?:[a-zA-Z0-9\\-.]*[a-zA-Z0-9])?".
bool is_software_text(std::string_view text) {
  const auto is_alphanumeric = [](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
           (letter >= '0' && letter <= '9');
  };
  if (text.empty() || !is_alphanumeric(text.front()) || !is_alphanumeric(text.back())) return false;
  return std::all_of(text.begin(), text.end(), [&](char letter) {
    return is_alphanumeric(letter) || letter == '-' || letter == '.';
  });
}

}  // namespace

void handle(const ApiVersionsRequest& request, const ExchangePtr& exchange) {
  ApiVersionsResponse response;
  const bool is_valid = exchange->version() < first_with_software ||
                        (is_software_text(request.client_software_name) &&
                         is_software_text(request.client_software_version));
  if (is_valid) {
    add_apis(response);
    if (exchange->version() >= first_with_features) {
      add_features(response, exchange->version(), exchange->node().view());
    }
  } else {
    response.error_code = ErrorCode::invalid_request;
  }
  answer<ApiVersionsRequest>(*exchange, response);
}

void refuse_api_versions(Exchange& exchange) {
  ApiVersionsResponse response;
  response.error_code = ErrorCode::unsupported_version;
  add_apis(response);
  exchange.answer_in_version(ApiVersionsRequest::api, response, 0);
}

}  // namespace odradek::broker
