// SPDX-License-Identifier: Apache-2.0
#include "broker/change_outcome.h"
#include "broker/handlers/handlers.h"
#include "broker/node.h"
#include "meta/quotas.h"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <memory>
#include <set>

// AlterClientQuotas: sets and removes limits of users, client ids and addresses. Kafka:
// ClientQuotaControlManager.alterClientQuotas.
namespace odradek::broker {

using wire::AlterClientQuotasRequest;
using wire::AlterClientQuotasResponse;
using wire::ErrorCode;

namespace {

using EntryData = AlterClientQuotasRequest::EntryData;

// In the order of their types; one that is given twice counts once, as in a map.
meta::QuotaEntity entity_of(const EntryData& wish) {
  meta::QuotaEntity entity;
  for (const auto& part : wish.entity) entity.parts.push_back({part.entity_type, part.entity_name});
  std::stable_sort(entity.parts.begin(), entity.parts.end(),
                   [](const auto& one, const auto& other) { return one.type < other.type; });
  const auto repeated =
      std::unique(entity.parts.begin(), entity.parts.end(),
                  [](const auto& one, const auto& other) { return one.type == other.type; });
  entity.parts.erase(repeated, entity.parts.end());
  return entity;
}

std::string address_fault(const meta::QuotaEntity& entity) {
  for (const auto& part : entity.parts) {
    if (part.type != meta::ip_entity || !part.name) continue;
    boost::system::error_code failed;
    (void)boost::asio::ip::make_address(*part.name, failed);
    if (failed) return *part.name + " is not a valid IP or resolvable host.";
  }
  return {};
}

std::string fault_of(const EntryData& wish, const meta::QuotaEntity& entity) {
  if (auto fault = meta::entity_fault(entity); !fault.empty()) return fault;
  if (auto fault = address_fault(entity); !fault.empty()) return fault;
  std::set<std::string_view> keys;
  for (const auto& op : wish.ops) {
    if (!keys.insert(op.key).second) return "Duplicate quota key " + op.key;
    if (op.remove) continue;
    if (auto fault = meta::limit_fault(entity, op.key, op.value); !fault.empty()) return fault;
  }
  return {};
}

void add_records(const EntryData& wish, const meta::QuotaEntity& entity, const meta::Quotas& quotas,
                 meta::Records& records) {
  const auto limits = quotas.find(entity);
  for (const auto& op : wish.ops) {
    const double* before = nullptr;
    if (limits != quotas.end()) {
      const auto limit = limits->second.find(op.key);
      if (limit != limits->second.end()) before = &limit->second;
    }
    const bool changes = op.remove ? before != nullptr : !before || *before != op.value;
    if (changes) records.push_back(meta::QuotaRecord{entity, op.key, op.value, op.remove});
  }
}

meta::Records decide(const AlterClientQuotasRequest& request, const meta::CatalogueView& view,
                     AlterClientQuotasResponse& response) {
  response = {};  // of an earlier decision
  meta::Records records;
  std::set<meta::QuotaEntity> seen;
  for (const EntryData& wish : request.entries) {
    const meta::QuotaEntity entity = entity_of(wish);
    auto& answer = response.entries.emplace_back();
    for (const auto& part : wish.entity) {
      answer.entity.push_back({part.entity_type, part.entity_name});
    }
    std::string fault =
        seen.insert(entity).second ? fault_of(wish, entity) : "Ignoring duplicate entity";
    if (fault.empty()) {
      add_records(wish, entity, view.quotas(), records);
      continue;
    }
    answer.error_code = ErrorCode::invalid_request;
    answer.error_message = std::move(fault);
  }
  return records;
}

}  // namespace

void handle(const AlterClientQuotasRequest& request, const ExchangePtr& exchange) {
  const auto response = std::make_shared<AlterClientQuotasResponse>();  // of the two steps below
  if (request.validate_only) {
    decide(request, exchange->node().view(), *response);
    return answer<AlterClientQuotasRequest>(*exchange, *response);
  }
  exchange->node().catalogue().change(
      [request, response](const meta::CatalogueView& view) {
        return decide(request, view, *response);
      },
      [exchange, response](const Result<>& changed) {
        apply_outcome(changed, response->entries);
        answer<AlterClientQuotasRequest>(*exchange, *response);
      });
}

}  // namespace odradek::broker
