// SPDX-License-Identifier: Apache-2.0
#include "base/parse_number.h"
#include "client/quotas.h"
#include "command/kafka_tools/config_entities.h"
#include "command/kafka_tools/java_text.h"
#include "wire/50_describe_user_scram_credentials.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

// kafka-configs of users, clients and addresses: their quotas. Kafka: ConfigCommand.
namespace odradek::command::kafka_tools {

using client::QuotaFilter;

namespace {

// Kafka: ClientQuotaEntity.
const std::string& wire_type(const ConfigEntity& entity) {
  static const std::map<std::string, std::string> types{
      {"users", "user"}, {"clients", "client-id"}, {"ips", "ip"}};
  return types.at(entity.type);
}

std::vector<QuotaFilter> filters_of(const std::vector<ConfigEntity>& entities) {
  std::vector<QuotaFilter> filters;
  for (const ConfigEntity& entity : entities) {
    const auto match = !entity.name          ? QuotaFilter::Match::any
                       : entity.is_default() ? QuotaFilter::Match::default_name
                                             : QuotaFilter::Match::exact;
    filters.push_back({wire_type(entity), match, entity.name.value_or("")});
  }
  return filters;
}

std::string text_of(const client::DescribedQuotas& quotas) {
  std::string whose;
  const std::pair<const char*, const char*> types[] = {
      {"user", "user-principal"}, {"client-id", "client-id"}, {"ip", "ip"}};
  for (const auto& [type, told] : types) {
    for (const auto& part : quotas.entity) {
      if (part.entity_type != type) continue;
      whose += whose.empty() ? "" : ", ";
      whose += part.entity_name ? fmt::format("{} '{}'", told, *part.entity_name)
                                : fmt::format("the default {}", told);
    }
  }
  std::string values;
  for (const auto& each : quotas.values) {
    values += (values.empty() ? "" : ", ") + each.key + "=" + java_text(each.value);
  }
  return "Quota configs for " + whose + " are " + values;
}

// Kafka: ScramMechanism.
const char* mechanism_name(std::int8_t mechanism) {
  return mechanism == 1 ? "SCRAM-SHA-256" : mechanism == 2 ? "SCRAM-SHA-512" : "UNKNOWN";
}
bool is_scram(const std::string& name) {
  return name == mechanism_name(1) || name == mechanism_name(2);
}

Result<> describe_credentials(Session& session, const ConfigEntity& user) {
  wire::DescribeUserScramCredentialsRequest request;
  if (user.name) {
    request.users.emplace();
    request.users->push_back({*user.name});
  }
  TRY(const auto answer, session.cluster().ask(request));
  TRY(client::outcome(answer->error_code, answer->error_message, "credentials"));
  for (const auto& result : answer->results) {
    if (result.error_code == wire::ErrorCode::resource_not_found) continue;
    TRY(client::outcome(result.error_code, result.error_message, "credentials"));
    std::string text;
    for (const auto& each : result.credential_infos) {
      text += fmt::format("{}{}=iterations={}", text.empty() ? "" : ", ",
                          mechanism_name(each.mechanism), each.iterations);
    }
    fmt::print("SCRAM credential configs for user-principal '{}' are {}\n", result.user, text);
  }
  return {};
}

// Kafka: QuotaConfig.
Result<> check_names(const std::vector<ConfigEntity>& entities, const ConfigEdits& edits) {
  constexpr std::array of_clients{"producer_byte_rate", "consumer_byte_rate", "request_percentage",
                                  "controller_mutation_rate"};
  const std::string& type = entities.front().type;
  const bool is_user_alone = type == "users" && entities.size() == 1;
  const auto is_known = [&](const std::string& name) {
    if (type == "ips") return name == "connection_creation_rate";
    return std::count(of_clients.begin(), of_clients.end(), name) > 0;
  };
  std::string unknown;
  bool has_scram = false;
  const auto check = [&](const std::string& name) {
    if (is_user_alone && is_scram(name)) {
      has_scram = true;
    } else if (!is_known(name)) {
      unknown += (unknown.empty() ? "" : ", ") + name;
    }
  };
  for (const Property& each : edits.added) check(each.name);
  const bool is_of_deletion = unknown.empty();
  for (const std::string& name : edits.deleted) check(name);
  if (!unknown.empty() && type == "ips") {
    return Error{Fault::invalid,
                 "Only connection quota configs can be added for 'ips' using --bootstrap-server. "
                 "Unexpected config names: " +
                     unknown};
  }
  if (!unknown.empty()) {
    return Error{Fault::invalid,
                 fmt::format("Only quota {}configs can be {} for '{}' using --bootstrap-server. "
                             "Unexpected config names: Set({})",
                             is_user_alone ? "and SCRAM credential " : "",
                             is_of_deletion ? "deleted" : "added",
                             is_user_alone ? "users" : "clients", unknown)};
  }
  if (!has_scram) return {};
  return Error{Fault::invalid, "SCRAM credentials cannot be altered by odradek yet"};
}

}  // namespace

Result<> describe_quota_configs(Session& session, const std::vector<ConfigEntity>& entities) {
  TRY(const auto described, client::describe_quotas(session.cluster(), filters_of(entities)));
  for (const auto& each : described) fmt::print("{}\n", text_of(each));
  const ConfigEntity& first = entities.front();
  const bool is_about_users = first.type == "users" && entities.size() == 1;
  if (!is_about_users || first.is_default()) return {};
  return describe_credentials(session, first);
}

Result<> alter_quota_configs(Session& session, const std::vector<ConfigEntity>& entities,
                             const ConfigEdits& edits) {
  TRY(check_names(entities, edits));
  TRY(const auto described, client::describe_quotas(session.cluster(), filters_of(entities)));
  std::string missing;
  for (const std::string& name : edits.deleted) {
    const auto has = [&](const auto& each) { return each.key == name; };
    const bool is_set = !described.empty() && std::any_of(described.front().values.begin(),
                                                          described.front().values.end(), has);
    if (!is_set) missing += (missing.empty() ? "" : ",") + name;
  }
  if (!missing.empty()) return Error{Fault::invalid, "Invalid config(s): " + missing};
  client::QuotaChanges changes;
  changes.removed = edits.deleted;
  for (const Property& each : edits.added) {
    const auto value = parse_number<double>(each.value);
    if (!value) {
      return Error{Fault::invalid,
                   "Cannot parse quota configuration value for " + each.name + ": " + each.value};
    }
    changes.set.emplace_back(each.name, *value);
  }
  std::vector<client::QuotaEntity> whose;
  for (const ConfigEntity& entity : entities) {
    whose.push_back({wire_type(entity), entity.is_default() ? std::nullopt : entity.name});
  }
  return client::alter_quotas(session.cluster(), whose, changes);
}

}  // namespace odradek::command::kafka_tools
