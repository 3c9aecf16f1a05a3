// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meta/catalogue_view.h"

#include <optional>
#include <string>
#include <string_view>

// Which limits clients may have, and which of them counts. Kafka: QuotaConfig,
// ClientQuotaControlManager, ClientQuotaManager.DefaultQuotaCallback.
namespace odradek::meta {

inline constexpr std::string_view user_entity = "user";
inline constexpr std::string_view client_id_entity = "client-id";
inline constexpr std::string_view ip_entity = "ip";

inline constexpr std::string_view producer_byte_rate = "producer_byte_rate";
inline constexpr std::string_view consumer_byte_rate = "consumer_byte_rate";
inline constexpr std::string_view request_percentage = "request_percentage";
inline constexpr std::string_view controller_mutation_rate = "controller_mutation_rate";
inline constexpr std::string_view connection_creation_rate = "connection_creation_rate";

// The limit of a client, and who shares it: all of the user's clients, all users of the client id,
// or, with both, this user's clients of this id.
struct ClientQuota {
  double limit = 0;
  bool is_of_user = false;
  bool is_of_client_id = false;
};

// That which is nearest to the client counts; none where nothing is set (KIP-13, KIP-55).
std::optional<ClientQuota> quota_of_client(const Quotas& quotas, std::string_view user,
                                           std::string_view client_id, std::string_view key);
std::optional<double> quota_of_address(const Quotas& quotas, const std::string& address);

// What is wrong with an entity, or with one limit of it, in Kafka's words; empty where nothing is.
std::string entity_fault(const QuotaEntity& entity);
std::string limit_fault(const QuotaEntity& entity, std::string_view key, double value);

}  // namespace odradek::meta
