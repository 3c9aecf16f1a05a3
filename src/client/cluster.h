// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "base/result.h"
#include "client/broker_connection.h"
#include "wire/03_metadata.h"
#include "wire/error_code.h"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace odradek::client {

struct ClusterSettings {
  std::vector<Address> bootstrap;
  std::string client_id = "odradek";
  Milliseconds timeout{10'000};  // to connect, for an answer, and for errors that pass
};

// The outcome of a part of an answer: nothing, or Fault::not_found or refused with Kafka's name for
// the error, the broker's own words, and what it is about ("topic orders").
Result<> outcome(wire::ErrorCode error, const std::optional<std::string>& message,
                 const std::string& about);
// Whether it may succeed when it is asked again. Kafka: RetriableException.
bool is_retriable(wire::ErrorCode error);

// For who goes on until somebody says stop.
inline constexpr Milliseconds without_end = std::chrono::hours(24 * 365);

// For what goes on over many requests: a broker that cannot be reached may be back soon.
class Patience {
 public:
  explicit Patience(Milliseconds most) : most_(most) {}

  void on_answer() { last_answer_ = std::chrono::steady_clock::now(); }
  // Whether to try again, after a moment that this takes; not for longer than it has after the last
  // answer, and not after other errors.
  bool has_for(const Error& error);
  // The same whatever it was.
  bool has_more();

 private:
  Milliseconds most_;
  std::chrono::steady_clock::time_point last_answer_ = std::chrono::steady_clock::now();
};

// A Kafka cluster as a client sees it: connections to its brokers, made when they are needed, and
// who leads and coordinates what. Waits in its calls; for one thread.
class Cluster {
 public:
  explicit Cluster(ClusterSettings settings) : settings_(std::move(settings)) {}

  const ClusterSettings& settings() const { return settings_; }

  // A broker that answers, among those that were named; and one by its id.
  Result<BrokerConnection*> any();
  Result<BrokerConnection*> node(NodeId id);
  // Kafka: FindCoordinatorRequest.CoordinatorType.
  enum class CoordinatorType : std::int8_t { group = 0, transaction = 1 };
  Result<BrokerConnection*> coordinator(const std::string& key,
                                        CoordinatorType type = CoordinatorType::group);

  template <class Request>
  Result<Answer<typename Request::Response>> ask(
      const Request& request, wire::Version newest = BrokerConnection::any_version) {
    TRY(BrokerConnection* const broker, any());
    return broker->ask(request, newest);
  }

  // Asks the coordinator of a group, or of a transactional id, until the answer is not an error
  // that passes.
  template <class Request>
  Result<Answer<typename Request::Response>> ask_coordinator(
      const std::string& key, const Request& request,
      wire::ErrorCode (*error_of)(const typename Request::Response&),
      wire::Version newest = BrokerConnection::any_version,
      CoordinatorType type = CoordinatorType::group) {
    Result<Answer<typename Request::Response>> answer =
        Error{Fault::unreachable, "no coordinator of " + key};
    repeat([&] {
      const auto broker = coordinator(key, type);
      if (!broker) {
        answer = broker.error();
        return wire::ErrorCode::none;
      }
      answer = (*broker)->ask(request, newest);
      return answer ? error_of(**answer) : wire::ErrorCode::none;
    });
    return answer;
  }

  using Metadata = wire::MetadataResponse;
  using Topic = Metadata::MetadataResponseTopic;
  enum class AutoCreate { no, yes };
  // Asked anew each time. All topics where none are named.
  Result<Metadata> metadata(const std::vector<std::string>& topics,
                            AutoCreate create = AutoCreate::no);
  Result<Metadata> metadata_of_all();
  // A topic, whose partitions all have leaders unless that is said not to matter; waits for that.
  enum class Leaders { all, any };
  Result<Topic> topic(const std::string& name, AutoCreate create = AutoCreate::no,
                      Leaders leaders = Leaders::all);

  // Tries again while the error may pass and there is time.
  using Attempt = std::function<wire::ErrorCode()>;
  void repeat(const Attempt& attempt) const;

 private:
  Result<Metadata> ask_metadata(const wire::MetadataRequest& request);

  ClusterSettings settings_;
  std::unique_ptr<BrokerConnection> bootstrap_;
  std::map<NodeId, Address> addresses_;
  std::map<NodeId, std::unique_ptr<BrokerConnection>> nodes_;
};

}  // namespace odradek::client
