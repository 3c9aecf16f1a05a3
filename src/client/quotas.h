// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "client/cluster.h"
#include "wire/48_describe_client_quotas.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace odradek::client {

// A part of whom a quota is for: "user", "client-id" or "ip", and its name; empty is the default of
// all that have none of their own. Kafka: ClientQuotaEntity.
struct QuotaEntity {
  std::string type;
  std::optional<std::string> name;
};

// A part of whom is asked about: one name, the default, or all of that type. Kafka:
// ClientQuotaFilterComponent.
struct QuotaFilter {
  enum class Match : std::int8_t { exact = 0, default_name = 1, any = 2 };
  std::string type;
  Match match = Match::any;
  std::string name;
};

// Quotas of those that have these parts and no others.
using DescribedQuotas = wire::DescribeClientQuotasResponse::EntryData;
Result<std::vector<DescribedQuotas>> describe_quotas(Cluster& cluster,
                                                     const std::vector<QuotaFilter>& filters);

struct QuotaChanges {
  std::vector<std::pair<std::string, double>> set;
  std::vector<std::string> removed;
};
Result<> alter_quotas(Cluster& cluster, const std::vector<QuotaEntity>& whose,
                      const QuotaChanges& changes);

}  // namespace odradek::client
