// SPDX-License-Identifier: Apache-2.0
#include "broker/handlers/handlers.h"
#include "broker/node.h"
#include "meta/quotas.h"

#include <algorithm>

// DescribeClientQuotas: the limits of entities that match a filter. Kafka:
// ClientQuotasImage.describe.
namespace odradek::broker {

using wire::DescribeClientQuotasRequest;
using wire::DescribeClientQuotasResponse;
using wire::ErrorCode;

namespace {

using Component = DescribeClientQuotasRequest::ComponentData;

enum class Match : std::int8_t { exact = 0, default_entity = 1, any = 2 };

struct Refusal {
  ErrorCode error = ErrorCode::none;
  std::string message;
};

Refusal invalid(std::string message) { return {ErrorCode::invalid_request, std::move(message)}; }

Refusal check_component(const Component& component) {
  const std::string& type = component.entity_type;
  if (type.empty()) return invalid("Invalid empty entity type.");
  const bool is_known =
      type == meta::user_entity || type == meta::client_id_entity || type == meta::ip_entity;
  if (!is_known) return {ErrorCode::unsupported_version, "Unsupported entity type " + type};
  const bool has_name = component.match.has_value();
  switch (static_cast<Match>(component.match_type)) {
    case Match::exact:
      if (has_name) return {};
      return invalid("Request specified MATCH_TYPE_EXACT, but set match string to null.");
    case Match::default_entity:
      if (!has_name) return {};
      return invalid("Request specified MATCH_TYPE_DEFAULT, but also specified a match string.");
    case Match::any:
      if (!has_name) return {};
      return invalid("Request specified MATCH_TYPE_SPECIFIED, but also specified a match string.");
  }
  return invalid("Unknown match type " + std::to_string(component.match_type));
}

Refusal check(const std::vector<Component>& components) {
  const auto count = [&](std::string_view type) {
    return std::count_if(components.begin(), components.end(),
                         [&](const Component& each) { return each.entity_type == type; });
  };
  for (const Component& component : components) {
    if (auto bad = check_component(component); bad.error != ErrorCode::none) return bad;
    if (count(component.entity_type) > 1) {
      return invalid("Entity type " + component.entity_type +
                     " cannot appear more than once in the filter.");
    }
  }
  if (count(meta::ip_entity) > 0 && components.size() > 1) {
    return invalid(
        "Invalid entity filter component combination. IP filter component should not be used with "
        "user or clientId filter component.");
  }
  return {};
}

bool matches(const meta::QuotaEntity& entity, const Component& component) {
  const auto part = std::find_if(entity.parts.begin(), entity.parts.end(), [&](const auto& each) {
    return each.type == component.entity_type;
  });
  if (part == entity.parts.end()) return false;
  const bool is_any = static_cast<Match>(component.match_type) == Match::any;
  return is_any || part->name == component.match;
}

bool matches(const meta::QuotaEntity& entity, const DescribeClientQuotasRequest& request) {
  if (request.strict && entity.parts.size() != request.components.size()) return false;
  return std::all_of(request.components.begin(), request.components.end(),
                     [&](const Component& each) { return matches(entity, each); });
}

}  // namespace

void handle(const DescribeClientQuotasRequest& request, const ExchangePtr& exchange) {
  DescribeClientQuotasResponse response;
  if (auto bad = check(request.components); bad.error != ErrorCode::none) {
    response.error_code = bad.error;
    response.error_message = std::move(bad.message);
    return answer<DescribeClientQuotasRequest>(*exchange, response);
  }
  auto& entries = response.entries.emplace();
  for (const auto& [entity, limits] : exchange->node().view().quotas()) {
    if (!matches(entity, request)) continue;
    auto& entry = entries.emplace_back();
    for (const auto& part : entity.parts) entry.entity.push_back({part.type, part.name});
    for (const auto& [key, value] : limits) entry.values.push_back({key, value});
  }
  answer<DescribeClientQuotasRequest>(*exchange, response);
}

}  // namespace odradek::broker
