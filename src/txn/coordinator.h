// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "base/now.h"
#include "txn/records.h"
#include "txn/transaction.h"
#include "wire/error_code.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace odradek::txn {

// What the broker's settings say.
struct TransactionConfig {
  std::chrono::milliseconds max_timeout = std::chrono::minutes(15);  // transaction.max.timeout.ms
  std::chrono::milliseconds id_expiration =  // transactional.id.expiration.ms
      std::chrono::hours(7 * 24);

  bool allows(std::chrono::milliseconds timeout) const {
    return timeout.count() > 0 && timeout <= max_timeout;
  }
};

struct Producer {
  ProducerId id = none_of<ProducerId>;
  ProducerEpoch epoch = none_of<ProducerEpoch>;
  friend bool operator==(const Producer&, const Producer&) = default;
};

// A transaction whose outcome is decided: markers with it are to be written to the partitions.
struct Ending {
  std::string id;
  Producer producer;
  wire::TransactionResult result = wire::TransactionResult::abort;
  std::int16_t transaction_version = 0;
  std::vector<TopicPartition> partitions;
};

// What a decision asks of the caller: append these records, in this order, and once they are
// durable, together with all that was asked for before, answer, and have the markers written. Where
// they cannot be written the coordinator is of no use any more, and has to be loaded again.
struct Actions {
  std::vector<Record> records;
  std::vector<Ending> endings;
};

// Decides for the transactional ids whose state is in one partition of __transaction_state, and
// holds what the records of that partition add up to: append what it asks for and replay it
// anywhere, and there is the same coordinator again.
//
// A plain object: no clock, no log, no socket; the node that leads the partition calls it. Kafka
// keeps a state and a pending one beside it while a record is written; here the state is the one
// that was decided last, and nobody is told of it before it is durable. Kafka:
// TransactionCoordinator, TransactionStateManager.
class Coordinator {
 public:
  explicit Coordinator(const TransactionConfig& config) : config_(config) {}

  struct Outcome {
    wire::ErrorCode error = wire::ErrorCode::none;
    Producer producer;
  };

  // Whether what is asked next of this id may need a producer id that nobody had before: for a new
  // one, or when the epochs of its producer are exhausted. `fresh` of the calls below is one then.
  bool needs_producer_id(std::string_view id) const;

  // InitProducerId, with a time-out that is allowed: fences whoever had the id, and aborts what he
  // left open, which the caller is told to wait for (CONCURRENT_TRANSACTIONS). `expected` is what
  // the client believes to have (KIP-360).
  struct Init {
    std::string id;
    std::int32_t timeout_ms = 0;
    std::optional<Producer> expected;
  };
  Outcome init(const Init& request, ProducerId fresh, Now now, Actions& actions);

  // The partitions belong to the producer's transaction from here on. It begins with them, if it
  // may; else CONCURRENT_TRANSACTIONS, with which clients try again.
  struct Addition {
    std::string id;
    Producer producer;
    std::vector<TopicPartition> partitions;
    std::int16_t client_version = 0;
  };
  wire::ErrorCode add_partitions(const Addition& request, bool may_begin, Now now,
                                 Actions& actions);
  // Whether a partition does (KIP-890, part 1): TRANSACTION_ABORTABLE where not.
  wire::ErrorCode verify(std::string_view id, Producer producer,
                         const TopicPartition& partition) const;

  // EndTxn; the producer in the outcome is who goes on (version 2).
  struct End {
    std::string id;
    Producer producer;
    wire::TransactionResult result = wire::TransactionResult::abort;
    std::int16_t client_version = 0;
  };
  Outcome end(const End& request, ProducerId fresh, Now now, Actions& actions);

  // A marker of this ending is in the partition, or the partition is gone.
  void marker_written(std::string_view id, Producer producer, const TopicPartition& partition,
                      Now now, Actions& actions);

  std::size_t open_count() const { return open_count_; }
  // When an open transaction has been open for too long; none while there are none.
  std::optional<TimePoint> wake_up() const;
  // Those that have, each once: they are to be given to abort_expired().
  std::vector<std::string> take_expired(Now now);
  // Aborts it and fences its producer, if it is still open and too old; later, where a producer id
  // is needed and could not be had.
  void abort_expired(std::string_view id, ProducerId fresh, Now now, Actions& actions);
  // Forgets ids that nobody used for long. Every now and then.
  void clean_up(Timestamp now, Actions& actions);

  // Null where there is none.
  const Transaction* find(std::string_view id) const;
  void for_each(const std::function<void(const Transaction&)>& visit) const;

  // One record of the log, in the order of the log. False where it is damaged.
  bool replay(Bytes key, const std::optional<Bytes>& value);
  // That was the last one: time begins to run, and what was decided is carried on.
  void finish_replay(Now now, Actions& actions);

  // Aborts where it contradicts itself.
  void check() const;

 private:
  Transaction* find_mutable(std::string_view id);
  Outcome restart(Transaction& transaction, const Init& request, ProducerId fresh, Now now,
                  Actions& actions);
  Outcome end_of_version_1(Transaction& transaction, const End& request, Now now, Actions& actions);
  Outcome end_of_version_2(Transaction& transaction, const End& request, ProducerId fresh, Now now,
                           Actions& actions);
  void fence(Transaction& transaction, ProducerId fresh, Now now, Actions& actions);
  // Decides the outcome.
  void prepare(Transaction& transaction, const End& decided, ProducerId fresh, Now now,
               Actions& actions);
  void complete(Transaction& transaction, Now now, Actions& actions);
  void set_deadline(Transaction& transaction, Now now);
  void clear_deadline(Transaction& transaction);
  static Ending ending_of(const Transaction& transaction);

  const TransactionConfig& config_;
  std::map<std::string, Transaction, std::less<>> transactions_;
  std::set<std::pair<TimePoint, std::string>> deadlines_;
  std::size_t open_count_ = 0;  // of ongoing transactions, with those that take_expired() has told
};

}  // namespace odradek::txn
