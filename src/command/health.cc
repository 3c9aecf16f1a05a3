// SPDX-License-Identifier: Apache-2.0
#include "command/verbs.h"

#include <CLI/CLI.hpp>

#include <memory>

// odradek health: for health checks of containers and init scripts: says nothing, and ends with 0
// where the broker answers.
namespace odradek::command {
namespace {

Result<> check(Session& session, bool has_to_be_ready) {
  TRY(session.cluster().any());
  if (!has_to_be_ready) return {};
  TRY(const auto metadata, session.cluster().metadata_of_all());
  if (metadata.brokers.empty()) return Error{Fault::refused, "no broker is up"};
  for (const auto& topic : metadata.topics) {
    for (const auto& partition : topic.partitions) {
      if (partition.leader_id.value >= 0) continue;
      return Error{Fault::refused, "partition " + topic.name.value_or("") + "-" +
                                       std::to_string(partition.partition_index.value) +
                                       " has no leader"};
    }
  }
  return {};
}

}  // namespace

void add_health(Verbs& verbs) {
  const auto has_to_be_ready = std::make_shared<bool>(false);
  CLI::App* const verb =
      verbs.add(verbs.app(), "health", "End with 0 where a broker answers, else with 3");
  verb->add_flag("--ready", *has_to_be_ready, "Every partition has to have a leader, too");
  verbs.on(verb, [has_to_be_ready](Session& session) { return check(session, *has_to_be_ready); });
}

}  // namespace odradek::command
