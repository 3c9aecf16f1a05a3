// SPDX-License-Identifier: Apache-2.0
#include "command/seed.h"

#include "base/parse_number.h"
#include "base/text.h"
#include "client/consumer.h"
#include "client/group_offsets.h"
#include "command/places.h"
#include "wire/19_create_topics.h"

namespace odradek::command {

using client::Cluster;

namespace {

Error wrong_topic(std::string_view text, const char* expected) {
  return {Fault::invalid, "topic \"" + std::string(text) + "\" is not of the form " + expected};
}

// True where the topic is new, or has nothing in it.
Result<bool> make(Cluster& cluster, const SeedPlan::Topic& topic) {
  wire::CreateTopicsRequest request;
  auto& wish = request.topics.emplace_back();
  wish.name = topic.name;
  wish.num_partitions = topic.partitions;
  wish.replication_factor = topic.replicas;
  for (const auto& [name, value] : topic.configs) wish.configs.push_back({name, value});
  TRY(const auto answer, cluster.ask(request));
  const auto& told = answer->topics.at(0);
  if (told.error_code != wire::ErrorCode::topic_already_exists) {
    TRY(client::outcome(told.error_code, told.error_message, "topic " + topic.name));
    return true;
  }
  TRY(const auto partitions, client::partitions_of(cluster, topic.name));
  TRY(const auto starts, offsets_at(cluster, partitions, client::earliest));
  TRY(const auto ends, offsets_at(cluster, partitions, client::latest));
  return starts == ends;
}

Result<> fill(Cluster& cluster, const SeedPlan::Topic& topic) {
  TRY(const bool is_empty, make(cluster, topic));
  TRY(cluster.topic(topic.name));  // it can be used now
  if (!is_empty || topic.records.empty()) return {};
  TRY(auto producer, client::Producer::open(cluster, topic.name, {}));
  for (const auto& record : topic.records) {
    TRY(producer.send(record));
  }
  return producer.flush();
}

Result<> set_offsets(Cluster& cluster, const SeedPlan::Group& group) {
  client::Offsets offsets;
  for (const auto& [topic, place] : group.topics) {
    TRY(const auto partitions, client::partitions_of(cluster, topic));
    TRY(const auto chosen,
        places(cluster, partitions, place, client::IsolationLevel::read_uncommitted));
    TRY(const auto committed, client::committed_offsets(cluster, group.name, partitions));
    for (const auto& [partition, offset] : chosen) {
      if (!committed.contains(partition)) offsets[partition] = offset;
    }
  }
  if (offsets.empty()) return {};  // the group has begun already
  return client::commit_offsets(cluster, group.name, offsets);
}

}  // namespace

Result<> add_topic_flag(std::string_view text, SeedPlan& plan) {
  constexpr const char* form = "name, name:partitions or name:partitions:config=value";
  std::string_view rest = text;
  SeedPlan::Topic topic{.name = std::string(take_part(rest, ':'))};
  if (topic.name.empty()) return wrong_topic(text, form);
  if (!rest.empty()) {
    const auto partitions = parse_number<std::int32_t>(take_part(rest, ':'));
    if (!partitions || *partitions < 1) return wrong_topic(text, form);
    topic.partitions = *partitions;
  }
  while (!rest.empty()) {
    const std::string_view config = take_part(rest, ':');
    const auto equals = config.find('=');
    if (equals == std::string_view::npos || equals == 0) return wrong_topic(text, form);
    topic.configs[std::string(config.substr(0, equals))] = std::string(config.substr(equals + 1));
  }
  plan.topics.push_back(std::move(topic));
  return {};
}

Result<> add_create_topics(std::string_view text, SeedPlan& plan) {
  constexpr const char* form = "name:partitions:replicas[:cleanup.policy]";
  while (!text.empty()) {
    const std::string_view one = trim(take_part(text, ','));
    std::string_view rest = one;
    SeedPlan::Topic topic{.name = std::string(take_part(rest, ':'))};
    if (topic.name.empty()) return wrong_topic(one, form);
    if (!rest.empty()) {
      const auto partitions = parse_number<std::int32_t>(take_part(rest, ':'));
      if (!partitions || *partitions < 1) return wrong_topic(one, form);
      topic.partitions = *partitions;
    }
    // Made for as many brokers as there once were: here there are as many as there are.
    if (!rest.empty() && !parse_number<std::int16_t>(take_part(rest, ':'))) {
      return wrong_topic(one, form);
    }
    if (!rest.empty()) topic.configs["cleanup.policy"] = std::string(rest);
    plan.topics.push_back(std::move(topic));
  }
  return {};
}

Result<> seed(Cluster& cluster, const SeedPlan& plan) {
  for (const auto& topic : plan.topics) {
    TRY(fill(cluster, topic));
  }
  for (const auto& group : plan.groups) {
    TRY(set_offsets(cluster, group));
  }
  return {};
}

}  // namespace odradek::command
