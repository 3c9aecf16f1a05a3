// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/now.h"
#include "broker/token_bucket.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace odradek::broker {

class Node;

// What a client may be held to (Kafka: QuotaType): bytes produced and fetched each second, percent
// of a thread's time, partitions made and deleted each second.
enum class QuotaKind : std::size_t { produce, fetch, request, mutation };
inline constexpr std::size_t quota_kinds = 4;

// The limits of one client, some of which others share. Kept by whoever works for the client, also
// when limits change meanwhile.
class ClientLimits {
 public:
  using Bucket = std::shared_ptr<TokenBucket>;  // of all clients that share the limit
  explicit ClientLimits(std::array<Bucket, quota_kinds> buckets) : buckets_(std::move(buckets)) {}

  bool has(QuotaKind kind) const { return bucket(kind) != nullptr; }
  // Uses so much, and says for how long the client has to rest; for no time without a limit.
  std::chrono::milliseconds charge(QuotaKind kind, double amount, TimePoint now) const;
  // The same without using anything.
  std::chrono::milliseconds debt(QuotaKind kind, TimePoint now) const {
    return charge(kind, 0, now);
  }
  // What may be used at once; none without a limit.
  std::optional<double> burst(QuotaKind kind) const;

 private:
  const Bucket& bucket(QuotaKind kind) const { return buckets_[static_cast<std::size_t>(kind)]; }

  std::array<Bucket, quota_kinds> buckets_;
};
using ClientLimitsPtr = std::shared_ptr<const ClientLimits>;

// The quotas of a node's clients, as the catalogue has them. Each node holds clients to their
// limits by itself, like each of Kafka's brokers. Used by the node's thread.
class ClientQuotas {
 public:
  // Clients and limits that are remembered; more than that, and those that owe nothing are
  // forgotten, in need all of them.
  static constexpr std::size_t max_clients = 10'000;
  // Of a longer client id only so much counts.
  static constexpr std::size_t max_client_id = 256;

  explicit ClientQuotas(Node& node) : node_(node) {}

  // Quotas may have changed.
  void follow_catalogue();

  // Null where the client has no limit at all, which costs nothing where nobody has.
  ClientLimitsPtr of(std::string_view client_id);
  // The same for connections of an address.
  std::chrono::milliseconds charge_connection(const std::string& address, TimePoint now);

 private:
  struct Key {
    QuotaKind kind;
    std::string user;       // empty where users share the limit
    std::string client_id;  // empty where client ids share it
    friend auto operator<=>(const Key&, const Key&) = default;
  };
  ClientLimitsPtr find_limits(std::string_view client_id, TimePoint now);
  ClientLimits::Bucket find_bucket(QuotaKind kind, std::string_view client_id, TimePoint now);
  TokenBucket::Limits limits_of(QuotaKind kind, double rate) const;
  void make_room(TimePoint now);

  Node& node_;
  bool is_any_ = false;
  std::map<std::string, ClientLimitsPtr, std::less<>> clients_;
  std::map<Key, ClientLimits::Bucket> buckets_;
  std::map<std::string, TokenBucket, std::less<>> addresses_;
};

}  // namespace odradek::broker
