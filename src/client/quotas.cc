// SPDX-License-Identifier: Apache-2.0
#include "client/quotas.h"

#include "wire/49_alter_client_quotas.h"

namespace odradek::client {

Result<std::vector<DescribedQuotas>> describe_quotas(Cluster& cluster,
                                                     const std::vector<QuotaFilter>& filters) {
  wire::DescribeClientQuotasRequest request;
  request.strict = true;
  for (const QuotaFilter& filter : filters) {
    auto& component = request.components.emplace_back();
    component.entity_type = filter.type;
    component.match_type = static_cast<std::int8_t>(filter.match);
    if (filter.match == QuotaFilter::Match::exact) component.match = filter.name;
  }
  TRY(auto answer, cluster.ask(request));
  TRY(outcome(answer->error_code, answer->error_message, "quotas"));
  return std::move(answer.response.entries).value_or(std::vector<DescribedQuotas>{});
}

Result<> alter_quotas(Cluster& cluster, const std::vector<QuotaEntity>& whose,
                      const QuotaChanges& changes) {
  wire::AlterClientQuotasRequest request;
  auto& entry = request.entries.emplace_back();
  for (const QuotaEntity& each : whose) entry.entity.push_back({each.type, each.name});
  for (const auto& [key, value] : changes.set) entry.ops.push_back({key, value, false});
  for (const std::string& key : changes.removed) entry.ops.push_back({key, 0, true});
  TRY(const auto answer, cluster.ask(request));
  const auto& told = answer->entries.at(0);
  return outcome(told.error_code, told.error_message, "quotas");
}

}  // namespace odradek::client
