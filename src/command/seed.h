// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "client/cluster.h"
#include "client/producer.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace odradek::command {

// What a broker is to have before it is ready: topics with records, and offsets of groups. Said on
// the command line, in KAFKA_CREATE_TOPICS or in a file. Doing it again changes nothing that is
// there: records go only into topics that are made, or empty.
struct SeedPlan {
  struct Topic {
    std::string name;
    std::int32_t partitions = -1;  // the broker's default
    std::int16_t replicas = -1;
    std::map<std::string, std::string> configs;
    std::vector<client::ProducerRecord> records;
  };
  struct Group {
    std::string name;
    // A place in each partition of a topic: "start", "end" or an offset.
    std::vector<std::pair<std::string, std::string>> topics;
  };
  std::vector<Topic> topics;
  std::vector<Group> groups;

  bool empty() const { return topics.empty() && groups.empty(); }
};

// Each adds to a plan, and says in one line what is wrong.
// "orders", "orders:3", "orders:3:cleanup.policy=compact:retention.ms=1000"
Result<> add_topic_flag(std::string_view text, SeedPlan& plan);
// KAFKA_CREATE_TOPICS: "orders:3:1,users:1:1:compact"
Result<> add_create_topics(std::string_view text, SeedPlan& plan);
// A YAML file: docs/seed.md.
Result<> add_seed_file(const std::string& path, SeedPlan& plan);

Result<> seed(client::Cluster& cluster, const SeedPlan& plan);

}  // namespace odradek::command
