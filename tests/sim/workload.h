// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim/model.h"
#include "sim/network.h"

#include <functional>

namespace odradek::sim {

inline constexpr std::int32_t partitions = 3;
inline constexpr const char* plain_topic = "plain";
inline constexpr const char* transaction_topic = "transactions";
inline constexpr const char* compacted_topic = "compacted";

// Clients as there are: producers of all kinds, readers, a group that commits, transactions. Each
// goes on until it is told to stop, whatever becomes of the broker, and then says that it has.
class Workload {
 public:
  Workload(boost::asio::io_context& loop, Connect connect, Model& model)
      : loop_(loop), connect_(std::move(connect)), model_(model) {}

  void start();
  void stop() { is_stopping_ = true; }
  bool has_ended() const { return clients_.empty(); }
  std::string who_lives() const;

  // Everything that is stored, by a reader of its own; the model looks at it.
  void start_check();

 private:
  void spawn(const std::string& name, Awaitable<void> client);
  Awaitable<void> create_topics();
  Awaitable<void> produce_idempotently(int number);
  Awaitable<void> produce_weakly();
  Awaitable<void> produce_keys(std::int32_t partition);
  Awaitable<void> read(const char* topic, std::int32_t partition);
  Awaitable<void> commit_offsets();
  Awaitable<void> make_transactions();
  Awaitable<void> check();

  struct Produced {
    wire::ErrorCode error = wire::ErrorCode::none;
    Offset offset;
  };
  struct Batch {
    const char* topic;
    std::int32_t partition;
    std::string value;
    std::int16_t acks = -1;
    ProducerId producer = none_of<ProducerId>;
    ProducerEpoch epoch = none_of<ProducerEpoch>;
    std::int32_t sequence = -1;
    const char* transactional_id = nullptr;
    std::string key = {};  // with one, an empty value is none
  };
  // Once; none where the connection was lost.
  Awaitable<std::optional<Produced>> produce(Connection& connection, const Batch& batch);
  // Until it is told to have been done.
  Awaitable<Offset> produce_for_sure(Connection& connection, const Batch& batch);
  struct Producer {
    ProducerId id;
    ProducerEpoch epoch;
  };
  Awaitable<Producer> begin_producing(Connection& connection, const char* transactional_id);
  Awaitable<bool> add_partitions(Connection& connection, const Producer& producer);
  Awaitable<bool> end_transaction(Connection& connection, const Producer& producer, bool commits);
  // Where the next record to read is.
  Awaitable<std::int64_t> fetch(Connection& connection, const char* topic, std::int32_t partition,
                                std::int64_t offset, bool committed, Model::Records& found);
  Awaitable<std::int64_t> end_of(Connection& connection, const char* topic, std::int32_t partition);

  boost::asio::io_context& loop_;
  Connect connect_;
  Model& model_;
  bool is_stopping_ = false;
  bool has_topics_ = false;
  std::multiset<std::string> clients_;
};

}  // namespace odradek::sim
