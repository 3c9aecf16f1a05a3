// SPDX-License-Identifier: Apache-2.0
#include "broker/client_quotas.h"

#include "broker/cluster.h"
#include "broker/node.h"
#include "meta/quotas.h"

#include <utility>

namespace odradek::broker {
namespace {

constexpr std::array<std::string_view, quota_kinds> keys{
    meta::producer_byte_rate, meta::consumer_byte_rate, meta::request_percentage,
    meta::controller_mutation_rate};

}  // namespace

std::chrono::milliseconds ClientLimits::charge(QuotaKind kind, double amount, TimePoint now) const {
  TokenBucket* const tokens = bucket(kind).get();
  if (!tokens) return {};
  tokens->take(amount, now);
  return tokens->debt(now);
}

std::optional<double> ClientLimits::burst(QuotaKind kind) const {
  if (!has(kind)) return std::nullopt;
  return bucket(kind)->limits().burst;
}

void ClientQuotas::follow_catalogue() {
  is_any_ = !node_.view().quotas().empty();
  clients_.clear();
  if (is_any_) return;
  buckets_.clear();
  addresses_.clear();
}

ClientLimitsPtr ClientQuotas::of(std::string_view client_id) {
  if (!is_any_) return nullptr;
  client_id = client_id.substr(0, max_client_id);
  const auto known = clients_.find(client_id);
  if (known != clients_.end()) return known->second;
  const TimePoint now = Clock::now();
  make_room(now);
  return clients_.emplace(client_id, find_limits(client_id, now)).first->second;
}

ClientLimitsPtr ClientQuotas::find_limits(std::string_view client_id, TimePoint now) {
  std::array<ClientLimits::Bucket, quota_kinds> found;
  bool any = false;
  for (std::size_t kind = 0; kind < quota_kinds; ++kind) {
    found[kind] = find_bucket(static_cast<QuotaKind>(kind), client_id, now);
    any = any || found[kind];
  }
  return any ? std::make_shared<const ClientLimits>(std::move(found)) : nullptr;
}

ClientLimits::Bucket ClientQuotas::find_bucket(QuotaKind kind, std::string_view client_id,
                                               TimePoint now) {
  const auto quota = meta::quota_of_client(node_.view().quotas(), anonymous_user, client_id,
                                           keys[static_cast<std::size_t>(kind)]);
  if (!quota) return nullptr;
  const TokenBucket::Limits limits = limits_of(kind, quota->limit);
  ClientLimits::Bucket& bucket =
      buckets_[{kind, std::string(quota->is_of_user ? anonymous_user : ""),
                std::string(quota->is_of_client_id ? client_id : "")}];
  if (bucket) {
    bucket->set_limits(limits, now);
  } else {
    // Partitions may be made at once, as in Kafka (KIP-599); bytes are to be within their rate from
    // the first second on.
    const double tokens = kind == QuotaKind::mutation ? limits.burst : 0;
    bucket = std::make_shared<TokenBucket>(limits, tokens, now);
  }
  return bucket;
}

TokenBucket::Limits ClientQuotas::limits_of(QuotaKind kind, double rate) const {
  const BrokerOptions& options = node_.options();
  double seconds = *options.quota_window_size_seconds;
  if (kind == QuotaKind::mutation) {
    seconds = *options.controller_quota_window_num;
    seconds *= *options.controller_quota_window_size_seconds;
  }
  return {rate, rate * seconds};
}

std::chrono::milliseconds ClientQuotas::charge_connection(const std::string& address,
                                                          TimePoint now) {
  if (!is_any_) return {};
  const auto rate = meta::quota_of_address(node_.view().quotas(), address);
  if (!rate) return {};
  make_room(now);
  const double seconds = *node_.options().quota_window_size_seconds;
  const TokenBucket::Limits limits{*rate, *rate * seconds};
  TokenBucket& bucket =
      addresses_.try_emplace(address, TokenBucket(limits, limits.burst, now)).first->second;
  if (bucket.limits() != limits) bucket.set_limits(limits, now);
  bucket.take(1, now);
  const auto debt = bucket.debt(now);
  // Who is turned away does not owe for it, or would never be let in.
  if (debt.count() > 0) bucket.take(-1, now);
  return debt;
}

void ClientQuotas::make_room(TimePoint now) {
  if (clients_.size() >= max_clients) clients_.clear();
  if (buckets_.size() >= max_clients) {
    clients_.clear();
    std::erase_if(buckets_, [&](const auto& each) { return each.second->is_full(now); });
    if (buckets_.size() >= max_clients) buckets_.clear();
  }
  if (addresses_.size() >= max_clients) {
    std::erase_if(addresses_, [&](const auto& each) { return each.second.is_full(now); });
    if (addresses_.size() >= max_clients) addresses_.clear();
  }
}

}  // namespace odradek::broker
