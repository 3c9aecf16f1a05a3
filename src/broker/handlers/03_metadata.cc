// SPDX-License-Identifier: Apache-2.0
#include "broker/cluster.h"
#include "broker/handlers/handlers.h"
#include "broker/internal_topics.h"
#include "broker/node.h"
#include "broker/partition_description.h"
#include "meta/topic_name.h"

#include <algorithm>
#include <set>

// Metadata: brokers and topics, creating topics that are asked for where that is allowed. Kafka:
// KafkaApis.handleTopicMetadataRequest, AutoTopicCreationManager.
namespace odradek::broker {

using wire::ErrorCode;
using wire::MetadataRequest;
using wire::MetadataResponse;

namespace {

constexpr wire::Version first_with_null_for_all = 1;
constexpr wire::Version first_to_ask_by_id = 12;

using MetadataResponseTopic = MetadataResponse::MetadataResponseTopic;
using MetadataResponsePartition = MetadataResponseTopic::MetadataResponsePartition;
using MetadataRequestTopic = MetadataRequest::MetadataRequestTopic;

bool asks_for_all(const MetadataRequest& request, wire::Version version) {
  if (!request.topics) return true;
  return version < first_with_null_for_all && request.topics->empty();
}

// Before version 1 a client is told of replicas that it cannot reach by an error.
void hide_offline_replicas(MetadataResponsePartition& partition) {
  const auto is_offline = [&](NodeId node) {
    const auto& offline = partition.offline_replicas;
    return std::find(offline.begin(), offline.end(), node) != offline.end();
  };
  const auto hidden = std::erase_if(partition.replica_nodes, is_offline) +
                      std::erase_if(partition.isr_nodes, is_offline);
  if (hidden > 0 && partition.error_code == ErrorCode::none) {
    partition.error_code = ErrorCode::replica_not_available;
  }
}

class Describer {
 public:
  Describer(const MetadataRequest& request, const Exchange& exchange)
      : view_(exchange.node().view()),
        version_(exchange.version()),
        with_operations_(request.include_topic_authorized_operations) {}

  MetadataResponseTopic operator()(const meta::Topic& topic) const {
    MetadataResponseTopic described;
    described.name = topic.name;
    described.topic_id = topic.id;
    described.is_internal = meta::is_internal_topic(topic.name);
    for (std::size_t i = 0; i < topic.partitions.size(); ++i) {
      auto& partition = described.partitions.emplace_back(
          describe_partition<MetadataResponsePartition>(view_, topic, i));
      if (partition.leader_id == none_of<NodeId>) {
        partition.error_code = ErrorCode::leader_not_available;
      }
      if (version_ == 0) hide_offline_replicas(partition);
    }
    add_operations(described);
    return described;
  }

  void add_operations(MetadataResponseTopic& topic) const {
    if (with_operations_) topic.topic_authorized_operations = all_topic_operations;
  }

 private:
  const meta::CatalogueView& view_;
  wire::Version version_;
  bool with_operations_;
};

MetadataResponseTopic refuse(const MetadataRequestTopic& wanted, ErrorCode error) {
  MetadataResponseTopic refused;
  refused.error_code = error;
  refused.name = wanted.name;
  refused.topic_id = wanted.topic_id;
  return refused;
}

// Where there is an id, names are not looked at.
bool asks_by_ids(const MetadataRequest& request) {
  return std::any_of(request.topics->begin(), request.topics->end(),
                     [](const MetadataRequestTopic& wanted) { return !wanted.topic_id.is_zero(); });
}

MetadataResponseTopic answer_one(const MetadataRequestTopic& wanted,
                                 const meta::CatalogueView& view, const Describer& describe) {
  // Beside an id the Java client sends an empty name, which means nothing.
  const bool by_id = !wanted.topic_id.is_zero();
  if (!by_id && !wanted.name) return refuse(wanted, ErrorCode::unknown_topic_id);
  const auto topic = by_id ? view.find(wanted.topic_id) : view.find(*wanted.name);
  if (topic) return describe(*topic);
  if (by_id) return refuse(wanted, ErrorCode::unknown_topic_id);
  const bool is_legal = !meta::topic_name_fault(*wanted.name);
  MetadataResponseTopic refused = refuse(wanted, is_legal ? ErrorCode::unknown_topic_or_partition
                                                          : ErrorCode::invalid_topic_exception);
  describe.add_operations(refused);
  return refused;
}

MetadataResponse response_to(const MetadataRequest& request, const Exchange& exchange) {
  Node& node = exchange.node();
  const meta::CatalogueView& view = node.view();
  MetadataResponse response;
  for (const NodeAddress& each : live_nodes(node, exchange.connection())) {
    response.brokers.push_back({each.id, each.host, each.port, each.rack});
  }
  response.cluster_id = view.cluster_id();
  response.controller_id = told_controller(node);
  if (request.include_cluster_authorized_operations) {
    response.cluster_authorized_operations = all_cluster_operations;
  }
  const Describer describe(request, exchange);
  if (asks_for_all(request, exchange.version())) {
    for (const auto& [name, topic] : view.topics()) {
      response.topics.push_back(describe(*topic));
    }
  } else {
    std::set<std::pair<Uuid, std::optional<std::string>>> answered;
    const bool by_ids = asks_by_ids(request);
    for (const MetadataRequestTopic& wanted : *request.topics) {
      if (by_ids && wanted.topic_id.is_zero()) continue;
      if (!answered.emplace(wanted.topic_id, wanted.name).second) continue;
      response.topics.push_back(answer_one(wanted, view, describe));
    }
  }
  return response;
}

// Other internal topics have settings of their own, which nothing here knows.
bool may_come_by_itself(const std::string& name) {
  return name == consumer_offsets || !meta::is_internal_topic(name);
}

AutoTopicCreation::Names names_to_create(const MetadataRequest& request, const Exchange& exchange) {
  Node& node = exchange.node();
  const bool may_create =
      request.allow_auto_topic_creation && *node.options().auto_create_topics_enable;
  if (!may_create || asks_for_all(request, exchange.version()) || asks_by_ids(request)) return {};
  AutoTopicCreation::Names names;
  for (const MetadataRequestTopic& wanted : *request.topics) {
    const bool is_missing =
        wanted.name && wanted.topic_id.is_zero() && !node.view().find(*wanted.name) &&
        !meta::topic_name_fault(*wanted.name) && may_come_by_itself(*wanted.name);
    if (is_missing) names.insert(*wanted.name);
  }
  return names;
}

// Versions that have ids in requests, but do not know them.
bool asks_too_early(const MetadataRequest& request, wire::Version version) {
  if (!request.topics || version >= first_to_ask_by_id) return false;
  return std::any_of(request.topics->begin(), request.topics->end(),
                     [](const MetadataRequestTopic& wanted) {
                       return !wanted.name || !wanted.topic_id.is_zero();
                     });
}

MetadataResponse refuse_all(const MetadataRequest& request, ErrorCode error) {
  MetadataResponse response;
  for (const MetadataRequestTopic& wanted : *request.topics) {
    response.topics.push_back(refuse(wanted, error));
    if (!wanted.name) response.topics.back().name = "";
  }
  return response;
}

}  // namespace

void handle(const MetadataRequest& request, const ExchangePtr& exchange) {
  if (asks_too_early(request, exchange->version())) {
    return answer<MetadataRequest>(*exchange, refuse_all(request, ErrorCode::invalid_request));
  }
  // As in Kafka what is missing is made behind the answer: some clients take a topic that comes at
  // once for one that was there. And whoever heard from another node that it is there must not hear
  // afterwards that it is not.
  const auto missing = names_to_create(request, *exchange);
  answer<MetadataRequest>(*exchange, response_to(request, *exchange));
  if (!missing.empty()) exchange->node().auto_topic_creation().make(missing);
}

}  // namespace odradek::broker
