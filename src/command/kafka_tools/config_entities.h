// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/properties.h"
#include "command/session.h"

#include <optional>
#include <string>
#include <vector>

namespace odradek::command::kafka_tools {

// What kafka-configs is about: "topics", "brokers", "broker-loggers", "client-metrics", "groups",
// "users", "clients" or "ips", and which of them: an empty name is their default, none is all.
struct ConfigEntity {
  std::string type;
  std::optional<std::string> name;

  bool is_default() const { return name && name->empty(); }
  // "topic", as Kafka's tool has it: without the last letter.
  std::string singular() const { return type.substr(0, type.size() - 1); }
};

struct ConfigEdits {
  std::vector<Property> added;
  std::vector<std::string> deleted;
};

// Of topics, brokers, loggers, client metrics and groups.
enum class Shown { own, all };
Result<> describe_resource_configs(Session& session, const ConfigEntity& entity, Shown shown);
Result<> alter_resource_configs(Session& session, const ConfigEntity& entity,
                                const ConfigEdits& edits);

// Quotas of users, clients, clients of users, and addresses.
Result<> describe_quota_configs(Session& session, const std::vector<ConfigEntity>& entities);
Result<> alter_quota_configs(Session& session, const std::vector<ConfigEntity>& entities,
                             const ConfigEdits& edits);

}  // namespace odradek::command::kafka_tools
