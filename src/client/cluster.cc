// SPDX-License-Identifier: Apache-2.0
#include "client/cluster.h"

#include "wire/10_find_coordinator.h"
#include "wire/error_name.h"

#include <algorithm>
#include <array>
#include <thread>

namespace odradek::client {

using wire::ErrorCode;

namespace {

constexpr Milliseconds pause_between_tries{50};

bool is_missing(ErrorCode error) {
  return error == ErrorCode::unknown_topic_or_partition || error == ErrorCode::unknown_topic_id ||
         error == ErrorCode::group_id_not_found || error == ErrorCode::resource_not_found ||
         error == ErrorCode::transactional_id_not_found;
}

}  // namespace

Result<> outcome(ErrorCode error, const std::optional<std::string>& message,
                 const std::string& about) {
  if (error == ErrorCode::none) return {};
  std::string text = about + ": " + std::string(name_of(error));
  if (message && !message->empty()) text += " (" + *message + ")";
  return Error{is_missing(error) ? Fault::not_found : Fault::refused, std::move(text)};
}

bool is_retriable(ErrorCode error) {
  constexpr std::array retriable{ErrorCode::leader_not_available,
                                 ErrorCode::not_leader_or_follower,
                                 ErrorCode::coordinator_load_in_progress,
                                 ErrorCode::coordinator_not_available,
                                 ErrorCode::not_coordinator,
                                 ErrorCode::rebalance_in_progress,
                                 ErrorCode::concurrent_transactions,
                                 ErrorCode::unstable_offset_commit,
                                 ErrorCode::not_controller};
  return std::count(retriable.begin(), retriable.end(), error) > 0;
}

bool Patience::has_for(const Error& error) {
  return error.fault == Fault::unreachable && has_more();
}

bool Patience::has_more() {
  if (std::chrono::steady_clock::now() - last_answer_ >= most_) return false;
  std::this_thread::sleep_for(pause_between_tries);
  return true;
}

void Cluster::repeat(const Attempt& attempt) const {
  const auto deadline = std::chrono::steady_clock::now() + settings_.timeout;
  while (is_retriable(attempt()) && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(pause_between_tries);
  }
}

Result<BrokerConnection*> Cluster::any() {
  if (bootstrap_ && bootstrap_->is_usable()) return bootstrap_.get();
  std::string tried;
  for (const Address& address : settings_.bootstrap) {
    auto connection = BrokerConnection::open(address, settings_.client_id, settings_.timeout);
    if (connection) {
      bootstrap_ = std::move(*connection);
      return bootstrap_.get();
    }
    if (connection.error().fault != Fault::unreachable) return connection.error();
    tried += (tried.empty() ? "" : "; ") + connection.error().context;
  }
  return Error{Fault::unreachable, tried};
}

Result<BrokerConnection*> Cluster::node(NodeId id) {
  const auto known = nodes_.find(id);
  if (known != nodes_.end() && known->second->is_usable()) return known->second.get();
  if (!addresses_.contains(id)) {
    TRY(metadata({}));
  }
  const auto address = addresses_.find(id);
  if (address == addresses_.end()) {
    return Error{Fault::not_found, "there is no broker " + std::to_string(id.value)};
  }
  auto connection = BrokerConnection::open(address->second, settings_.client_id, settings_.timeout);
  if (!connection) {
    return std::move(connection).error().within("broker " + std::to_string(id.value));
  }
  return (nodes_[id] = std::move(*connection)).get();
}

Result<BrokerConnection*> Cluster::coordinator(const std::string& key, CoordinatorType type) {
  Result<BrokerConnection*> found = Error{Fault::unreachable, "no coordinator was asked for"};
  repeat([&] {
    constexpr wire::Version one_key = 3;
    const auto answer =
        ask(wire::FindCoordinatorRequest{.key = key, .key_type = static_cast<std::int8_t>(type)},
            one_key);
    if (!answer) {
      found = answer.error();
      return ErrorCode::none;
    }
    const auto& response = **answer;
    if (auto good = outcome(response.error_code, response.error_message, "coordinator of " + key);
        !good) {
      found = good.error();
      return response.error_code;
    }
    addresses_[response.node_id] = {response.host, static_cast<std::uint16_t>(response.port)};
    found = node(response.node_id);
    return ErrorCode::none;
  });
  return found;
}

Result<Cluster::Metadata> Cluster::ask_metadata(const wire::MetadataRequest& request) {
  TRY(auto answer, ask(request));
  for (const auto& broker : answer->brokers) {
    addresses_[broker.node_id] = {broker.host, static_cast<std::uint16_t>(broker.port)};
  }
  TRY(outcome(answer->error_code, {}, "metadata"));
  return std::move(answer.response);
}

Result<Cluster::Metadata> Cluster::metadata(const std::vector<std::string>& topics,
                                            AutoCreate create) {
  wire::MetadataRequest request;
  request.allow_auto_topic_creation = create == AutoCreate::yes;
  request.topics.emplace();
  for (const std::string& name : topics) request.topics->push_back({.name = name});
  return ask_metadata(request);
}

Result<Cluster::Metadata> Cluster::metadata_of_all() {
  wire::MetadataRequest request;
  request.allow_auto_topic_creation = false;
  return ask_metadata(request);
}

Result<Cluster::Topic> Cluster::topic(const std::string& name, AutoCreate create, Leaders leaders) {
  Result<Topic> found = Error{Fault::unreachable, "no broker was asked"};
  repeat([&] {
    auto told = metadata({name}, create);
    if (!told) {
      found = told.error();
      return ErrorCode::none;
    }
    Topic topic = std::move(told->topics.at(0));
    ErrorCode error = topic.error_code;
    for (const auto& partition : topic.partitions) {
      if (leaders == Leaders::all && partition.leader_id.value < 0)
        error = ErrorCode::leader_not_available;
    }
    // Kafka makes a topic behind the back of its first answer.
    const bool is_being_made =
        create == AutoCreate::yes && error == ErrorCode::unknown_topic_or_partition;
    if (auto good = outcome(error, {}, "topic " + name); !good) {
      found = good.error();
    } else {
      found = std::move(topic);
    }
    return is_being_made ? ErrorCode::leader_not_available : error;
  });
  return found;
}

}  // namespace odradek::client
