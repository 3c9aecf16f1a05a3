// SPDX-License-Identifier: Apache-2.0
#include "meta/quotas.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace odradek::meta {
namespace {

using Part = QuotaEntity::Part;
using Name = std::optional<std::string>;

std::optional<double> limit_of(const Quotas& quotas, const QuotaEntity& entity,
                               std::string_view key) {
  const auto limits = quotas.find(entity);
  if (limits == quotas.end()) return std::nullopt;
  const auto limit = limits->second.find(key);
  if (limit == limits->second.end()) return std::nullopt;
  return limit->second;
}

bool has_part(const QuotaEntity& entity, std::string_view type) {
  return std::any_of(entity.parts.begin(), entity.parts.end(),
                     [&](const Part& part) { return part.type == type; });
}

Part of_type(std::string_view type, const Name& name) { return {std::string(type), name}; }

// The largest value of a limit; 0 where an entity does not have it. Bytes and connections are
// whole.
double largest_value(const QuotaEntity& entity, std::string_view key) {
  constexpr auto largest_int = static_cast<double>(std::numeric_limits<std::int32_t>::max());
  constexpr auto largest_long = static_cast<double>(std::numeric_limits<std::int64_t>::max());
  if (has_part(entity, ip_entity)) return key == connection_creation_rate ? largest_int : 0;
  if (key == producer_byte_rate || key == consumer_byte_rate) return largest_long;
  const bool is_real = key == request_percentage || key == controller_mutation_rate;
  return is_real ? std::numeric_limits<double>::infinity() : 0;
}

}  // namespace

std::optional<ClientQuota> quota_of_client(const Quotas& quotas, std::string_view user,
                                           std::string_view client_id, std::string_view key) {
  const Name everybody;
  const Name own_user{std::string(user)};
  const Name own_id{std::string(client_id)};
  const auto both = [](const Name& one_user, const Name& one_id) {
    return QuotaEntity{{of_type(client_id_entity, one_id), of_type(user_entity, one_user)}};
  };
  const auto only = [](std::string_view type, const Name& name) {
    return QuotaEntity{{of_type(type, name)}};
  };
  struct Level {
    QuotaEntity entity;
    bool is_of_user;
    bool is_of_client_id;
  };
  const std::array<Level, 8> levels{{{both(own_user, own_id), true, true},
                                     {both(own_user, everybody), true, true},
                                     {only(user_entity, own_user), true, false},
                                     {both(everybody, own_id), true, true},
                                     {both(everybody, everybody), true, true},
                                     {only(user_entity, everybody), true, false},
                                     {only(client_id_entity, own_id), false, true},
                                     {only(client_id_entity, everybody), false, true}}};
  for (const Level& level : levels) {
    const auto limit = limit_of(quotas, level.entity, key);
    if (limit) return ClientQuota{*limit, level.is_of_user, level.is_of_client_id};
  }
  return std::nullopt;
}

std::optional<double> quota_of_address(const Quotas& quotas, const std::string& address) {
  const auto own = limit_of(quotas, {{of_type(ip_entity, address)}}, connection_creation_rate);
  if (own) return own;
  return limit_of(quotas, {{of_type(ip_entity, std::nullopt)}}, connection_creation_rate);
}

std::string entity_fault(const QuotaEntity& entity) {
  if (entity.parts.empty()) return "Invalid empty client quota entity";
  for (const Part& part : entity.parts) {
    const bool is_known =
        part.type == user_entity || part.type == client_id_entity || part.type == ip_entity;
    if (!is_known) return "Unhandled client quota entity type: " + part.type;
    if (part.name && part.name->empty()) return "Empty " + part.type + " not supported";
  }
  if (has_part(entity, ip_entity) && entity.parts.size() > 1) {
    return "Invalid quota entity combination, IP entity should not be combined with User or "
           "ClientId";
  }
  return {};
}

std::string limit_fault(const QuotaEntity& entity, std::string_view key, double value) {
  const std::string name(key);
  const double largest = largest_value(entity, key);
  if (largest == 0) return "Invalid configuration key " + name;
  if (!(value > 0)) return "Quota " + name + " must be greater than 0";
  if (std::isinf(largest)) return {};
  if (value > largest) {
    return "Proposed value for " + name + " is too large for " +
           (has_part(entity, ip_entity) ? "an INT." : "a LONG.");
  }
  constexpr double tolerance = 1e-6;
  const bool is_whole = value >= 1 && std::abs(std::fmod(value, 1.0)) <= tolerance;
  return is_whole ? std::string() : name + " cannot be a fractional value.";
}

}  // namespace odradek::meta
