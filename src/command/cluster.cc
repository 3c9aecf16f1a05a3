// SPDX-License-Identifier: Apache-2.0
#include "command/verbs.h"
#include "wire/api_name.h"

#include <CLI/CLI.hpp>

// odradek cluster: brokers, controller, features, versions of APIs.
namespace odradek::command {
namespace {

Result<> describe(Session& session) {
  TRY(const auto metadata, session.cluster().metadata({}));
  TRY(client::BrokerConnection* const broker, session.cluster().any());
  session.say("cluster " + metadata.cluster_id.value_or("(without id)"));
  Table table({"broker", "host", "port", "rack", "controller"});
  for (const auto& each : metadata.brokers) {
    boost::json::object row{{"broker", each.node_id.value},
                            {"host", each.host},
                            {"port", each.port},
                            {"controller", each.node_id == metadata.controller_id}};
    if (each.rack) row["rack"] = *each.rack;
    table.add(std::move(row));
  }
  session.print(table);
  for (const auto& feature : broker->about().finalized_features) {
    session.say("feature " + feature.name + " " + std::to_string(feature.max_version_level));
  }
  return {};
}

Result<> apis(Session& session) {
  TRY(client::BrokerConnection* const broker, session.cluster().any());
  Table table({"api", "name", "min", "max"});
  for (const auto& each : broker->about().api_keys) {
    table.add({{"api", each.api_key},
               {"name", wire::name_of(static_cast<wire::ApiKey>(each.api_key))},
               {"min", each.min_version},
               {"max", each.max_version}});
  }
  session.print(table);
  return {};
}

}  // namespace

void add_cluster(Verbs& verbs) {
  CLI::App* const noun = verbs.add_noun("cluster", "Brokers and what they can do", "clusters");
  verbs.on(verbs.add(*noun, "describe", "Brokers, controller, features"), &describe);
  verbs.on(verbs.add(*noun, "apis", "The versions of each API that a broker serves"), &apis);
}

}  // namespace odradek::command
