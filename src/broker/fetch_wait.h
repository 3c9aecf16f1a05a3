// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "broker/exchange.h"
#include "broker/fetch_sessions.h"
#include "broker/partition.h"
#include "broker/timer.h"

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace odradek::broker {

// What a fetch asked for beside its partitions.
struct FetchParams {
  std::chrono::milliseconds max_wait{};
  std::size_t min_bytes = 0;
  std::size_t max_bytes = 0;
  bool read_committed = false;
  std::string rack;  // the client's; empty where it has none
};

// A fetch that found too little to answer (a long poll). It hangs on each of its partitions; what
// is appended there counts towards its minimum, and nothing is read again before that is met or
// the time is up. Ends by answering, or by its client's going away.
class FetchWait final
    : public boost::intrusive_ref_counter<FetchWait, boost::thread_unsafe_counter>,
      public Waiting {
 public:
  // Starts to wait; the fetch keeps itself alive. `missing_bytes` is what the minimum still needs.
  static void begin(const ExchangePtr& exchange, FetchSessions::Context context,
                    const FetchParams& params, std::size_t missing_bytes,
                    const std::vector<Partition*>& partitions);

  // So much can be read that could not before.
  void appended(const log::Growth& growth);
  // Reads again and answers with what there is.
  void answer();

  void abandon() override;

 private:
  FetchWait(const ExchangePtr& exchange, FetchSessions::Context context, const FetchParams& params,
            std::size_t missing_bytes);
  void end();

  ExchangePtr exchange_;
  FetchSessions::Context context_;
  FetchParams params_;
  std::size_t missing_bytes_;
  bool is_due_ = false;
  std::vector<FetchHook> hooks_;
  Timer timer_;
  boost::intrusive_ptr<FetchWait> self_;
};
using FetchWaitPtr = boost::intrusive_ptr<FetchWait>;

}  // namespace odradek::broker
