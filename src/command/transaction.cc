// SPDX-License-Identifier: Apache-2.0
#include "base/clock.h"
#include "client/consumer.h"
#include "command/record_text.h"
#include "command/verbs.h"
#include "wire/27_write_txn_markers.h"
#include "wire/61_describe_producers.h"
#include "wire/65_describe_transactions.h"
#include "wire/66_list_transactions.h"

#include <CLI/CLI.hpp>

#include <algorithm>

// odradek txn: ls, describe, abort.
namespace odradek::command {

using client::outcome;

namespace {

struct TransactionArguments {
  std::vector<std::string> ids;
  std::string topic;
  int partition = 0;
  std::int64_t producer = -1;
  bool is_execute = false;
};

Result<> list(Session& session, const TransactionArguments&) {
  TRY(const auto metadata, session.cluster().metadata({}));
  Table table({"transactional_id", "producer", "state", "coordinator"});
  for (const auto& broker : metadata.brokers) {
    TRY(client::BrokerConnection* const node, session.cluster().node(broker.node_id));
    TRY(const auto answer, node->ask(wire::ListTransactionsRequest{}));
    TRY(outcome(answer->error_code, {}, "transactions"));
    for (const auto& each : answer->transaction_states) {
      table.add({{"transactional_id", each.transactional_id},
                 {"producer", each.producer_id.value},
                 {"state", each.transaction_state},
                 {"coordinator", broker.node_id.value}});
    }
  }
  session.print(table);
  return {};
}

Result<> describe(Session& session, const TransactionArguments& arguments) {
  Table table(
      {"transactional_id", "state", "producer", "epoch", "started", "timeout_ms", "partitions"});
  for (const std::string& id : arguments.ids) {
    TRY(const auto answer,
        session.cluster().ask_coordinator(
            id, wire::DescribeTransactionsRequest{{id}},
            +[](const wire::DescribeTransactionsResponse& told) {
              return told.transaction_states.at(0).error_code;
            },
            client::BrokerConnection::any_version, client::Cluster::CoordinatorType::transaction));
    for (const auto& each : answer->transaction_states) {
      TRY(outcome(each.error_code, {}, "transactional id " + id));
      std::string partitions;
      for (const auto& topic : each.topics) {
        for (const PartitionId partition : topic.partitions) {
          partitions +=
              (partitions.empty() ? "" : ",") + topic.topic + "-" + std::to_string(partition.value);
        }
      }
      boost::json::object row{{"transactional_id", id},
                              {"state", each.transaction_state},
                              {"producer", each.producer_id.value},
                              {"epoch", each.producer_epoch.value},
                              {"timeout_ms", each.transaction_timeout_ms},
                              {"partitions", partitions}};
      const Timestamp started{each.transaction_start_time_ms};
      if (started.value >= 0) row["started"] = time_text(started);
      table.add(std::move(row));
    }
  }
  session.print(table);
  return {};
}

using Producers = wire::DescribeProducersResponse;

// Ends a transaction that its coordinator has forgotten. Kafka: kafka-transactions abort.
Result<> abort(Session& session, const TransactionArguments& arguments) {
  const std::string place = arguments.topic + "-" + std::to_string(arguments.partition);
  TRY(const auto topic, session.cluster().topic(arguments.topic));
  const auto partition = std::find_if(
      topic.partitions.begin(), topic.partitions.end(),
      [&](const auto& each) { return each.partition_index.value == arguments.partition; });
  if (partition == topic.partitions.end()) return Error{Fault::not_found, "there is no " + place};
  TRY(client::BrokerConnection* const leader, session.cluster().node(partition->leader_id));
  wire::DescribeProducersRequest ask;
  ask.topics.push_back({arguments.topic, {PartitionId{arguments.partition}}});
  TRY(const auto told, leader->ask(ask));
  const auto& described = told->topics.at(0).partitions.at(0);
  TRY(outcome(described.error_code, described.error_message, place));
  for (const auto& producer : described.active_producers) {
    const bool is_open = producer.current_txn_start_offset.value >= 0;
    if (producer.producer_id.value != arguments.producer || !is_open) continue;
    if (!arguments.is_execute) {
      session.say("would be aborted in " + place + " (--execute does it): producer " +
                  std::to_string(arguments.producer));
      return {};
    }
    wire::WriteTxnMarkersRequest request;
    auto& marker = request.markers.emplace_back();
    marker.producer_id = producer.producer_id;
    marker.producer_epoch = ProducerEpoch{static_cast<std::int16_t>(producer.producer_epoch)};
    marker.transaction_result = false;
    marker.coordinator_epoch = CoordinatorEpoch{producer.coordinator_epoch};
    marker.topics.push_back({arguments.topic, {PartitionId{arguments.partition}}});
    TRY(const auto answer, leader->ask(request));
    TRY(outcome(answer->markers.at(0).topics.at(0).partitions.at(0).error_code, {}, place));
    session.say("aborted in " + place);
    return {};
  }
  return Error{Fault::not_found, "producer " + std::to_string(arguments.producer) +
                                     " has no open transaction in " + place};
}

}  // namespace

void add_transaction(Verbs& verbs) {
  Noun<TransactionArguments> txn(verbs, "txn", "Transactions: list, look at, abort those that hang",
                                 "transaction");
  txn.add("ls", "All transactional ids", &list)->alias("list");
  CLI::App* const describes = txn.add("describe", "State, producer, partitions", &describe);
  describes->add_option("ID", txn->ids, "Transactional ids")->required();
  CLI::App* const aborts =
      txn.add("abort", "End one that no coordinator knows of any more", &abort);
  aborts->add_option("-t,--topic", txn->topic, "Where it is open")->required();
  aborts->add_option("-p,--partition", txn->partition, "In which partition")->required();
  aborts->add_option("--producer", txn->producer, "The id of its producer")->required();
  aborts->add_flag("--execute", txn->is_execute, "Do it; else it is only looked for");
}

}  // namespace odradek::command
