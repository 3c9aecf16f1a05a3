// SPDX-License-Identifier: Apache-2.0
#include "command/kafka_tools/kafka_tools.h"
#include "wire/api_name.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

// kafka-broker-api-versions: mostly a way to wait for a broker. Kafka: BrokerApiVersionsCommand.
namespace odradek::command::kafka_tools {
namespace {

Result<> print(Session& session) {
  TRY(const auto metadata, session.cluster().metadata({}));
  for (const auto& broker : metadata.brokers) {
    TRY(client::BrokerConnection* const node, session.cluster().node(broker.node_id));
    fmt::print("{}:{} (id: {} rack: {} isFenced: false) -> (\n", broker.host, broker.port,
               broker.node_id.value, broker.rack.value_or("null"));
    const auto& apis = node->about().api_keys;
    for (const auto& each : apis) {
      const std::string versions =
          each.min_version == each.max_version
              ? std::to_string(each.min_version)
              : fmt::format("{} to {}", each.min_version, each.max_version);
      fmt::print("\t{}({}): {} [usable: {}]{}\n",
                 wire::name_of(static_cast<wire::ApiKey>(each.api_key)), each.api_key, versions,
                 each.max_version, &each == &apis.back() ? "" : ",");
    }
    fmt::print(")\n");
  }
  return {};
}

}  // namespace

Action broker_api_versions(CLI::App&, ToolSettings& settings) {
  settings.rules.require(settings.bootstrap);
  return &print;
}

}  // namespace odradek::command::kafka_tools
