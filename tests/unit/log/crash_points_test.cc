// SPDX-License-Identifier: Apache-2.0
// A workload on a few logs whose power is cut at every step, and all that the disk may hold then:
// what comes up is a beginning of what was written, with everything that was acknowledged or read.
#include "log/data_directory.h"
#include "log/journal.h"
#include "log/partition_log.h"
#include "support/batches.h"
#include "support/simulated_disk.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

namespace odradek::log {
namespace {

constexpr int operations = 30;
constexpr int partitions = 3;
constexpr std::size_t all_subsets_of = 8;
constexpr int some_subsets = 1000;  // CRASH_SUBSETS says another number

const std::string root = "data";

std::string folder_of(int partition) { return DataDirectory::folder("t", PartitionId{partition}); }

int number_from(const char* variable, int otherwise) {
  const char* const text = std::getenv(variable);
  return text ? std::atoi(text) : otherwise;
}

// What was promised of a partition, and to whom.
struct History {
  Buffer written;                    // whole batches, in order
  std::vector<std::int64_t> starts;  // of the batches in `written`, by number
  std::vector<Offset> offsets;       // behind each batch
  Offset promised{};                 // below it records were acknowledged, or could be read
  Offset start{};                    // records before it were deleted, and nobody may see them
};
using Histories = std::array<History, partitions>;

// The logs of a data directory, as a broker has them.
class Logs {
 public:
  Logs(test::SimulatedDisk& disk, const Uuid& topic_id) : disk_(disk), topic_id_(topic_id) {}

  Result<> open() {
    TRY(directory_, DataDirectory::open(disk_, root));
    TRY(directory_->replay_journals());
    if (!directory_->was_clean()) {
      TRY(disk_.sync_all(root));
    }
    journal_.emplace(disk_, root + "/journal-0", disk_.steps() + 1, 8 << 10);
    for (int i = 0; i < partitions; ++i) {
      TRY(open(i));
    }
    return {};
  }

  PartitionLog& log(int partition) { return *logs_[index(partition)]; }
  DataDirectory& directory() { return *directory_; }

  // A round of syncs, as LogSyncs makes them: through the journal where that can be.
  Result<> sync(bool by_journal) {
    std::vector<std::pair<int, PartitionLog::PlannedSync>> planned;
    std::vector<Unsynced> unsynced;
    for (int i = 0; i < partitions; ++i) {
      if (!log(i).awaits_sync()) continue;
      const auto& [partition, sync] = planned.emplace_back(i, log(i).plan_sync());
      if (!by_journal || !sync.stretch) continue;
      unsynced.push_back({folder_of(i), topic_id_, sync.stretch->segment, sync.stretch->file,
                          sync.stretch->begin, sync.stretch->end});
    }
    bool is_in_journal = false;
    if (!unsynced.empty()) {
      TRY(is_in_journal, journal_->write(unsynced));
    }
    for (const auto& [partition, sync] : planned) {
      if (!is_in_journal || !sync.stretch) {
        TRY(sync.task.run());
      }
      log(partition).synced(*sync.task.sync);
      note_synced(partition);
    }
    return {};
  }

  Result<> run_background_tasks(int partition) {
    for (auto& task : log(partition).take_background_tasks()) {
      TRY(task.run());
      if (task.sync) log(partition).synced(*task.sync);
      note_synced(partition);
    }
    return {};
  }

  Result<> release_journal() {
    const auto release = journal_->take_release();
    return release ? (*release)() : Result<>();
  }

  Result<> delete_records(int partition, Offset start) {
    directory_->set_log_start_offset(folder_of(partition), start);
    TRY(directory_->write_log_start_offsets(directory_->log_start_offsets()));
    return log(partition).advance_log_start(start);
  }

 private:
  static std::size_t index(int partition) { return static_cast<std::size_t>(partition); }

  Result<> open(int partition) {
    const std::string folder = folder_of(partition);
    TRY(const auto prepared, directory_->prepare(folder, topic_id_));
    PartitionLog::Recovery recovery;
    TRY(logs_[index(partition)], PartitionLog::open({disk_, cache_, prepared.path,
                                                     directory_->checkpoint(folder), prepared.sync},
                                                    recovery));
    return {};
  }

  void note_synced(int partition) {
    directory_->set_recovery_point(folder_of(partition), log(partition).recovery_point(),
                                   log(partition).aborted_sum());
  }

  test::SimulatedDisk& disk_;
  Uuid topic_id_;
  TailCache cache_{0};
  std::unique_ptr<DataDirectory> directory_;
  std::optional<Journal> journal_;
  std::array<std::unique_ptr<PartitionLog>, partitions> logs_;
};

// Runs until the power is off; anything else that fails is an error of the test.
class Workload {
 public:
  Workload(test::SimulatedDisk& disk, const Uuid& topic_id, std::uint64_t seed)
      : disk_(disk), logs_(disk, topic_id), random_(seed) {
    config_.segment_bytes = 5000;
    config_.index_interval_bytes = 500;
  }

  Histories run() {
    Result<> done = logs_.open();
    for (int i = 0; i < operations && done; ++i) done = operate();
    if (!done && !disk_.is_off()) ADD_FAILURE() << done.error().context;
    return std::move(histories_);
  }

 private:
  int chance(int below) { return std::uniform_int_distribution(0, below - 1)(random_); }

  Result<> operate() {
    const int partition = chance(partitions);
    switch (chance(16)) {
      case 0:
      case 1:
      case 2:
        return sync();
      case 3:
      case 4:
        return finish_background_work(partition);
      case 5:
        return logs_.directory().write_recovery_points();
      case 6:
        return delete_records(partition);
      default:
        return append(partition);
    }
  }

  Result<> sync() {
    TRY(logs_.sync(/*by_journal=*/chance(4) > 0));
    note_promises();
    return {};
  }

  Result<> finish_background_work(int partition) {
    TRY(logs_.run_background_tasks(partition));
    note_promises();
    return logs_.release_journal();
  }

  Result<> append(int partition) {
    config_.is_durable = chance(3) > 0;
    Buffer batch = test::a_batch({.count = 1 + chance(3),
                                  .value_size = static_cast<std::size_t>(100 + chance(700)),
                                  .producer_id = ProducerId{partition},
                                  .producer_epoch = ProducerEpoch{0},
                                  .base_sequence = sequences_[std::size_t(partition)]});
    const boost::intrusive_ptr<BufferKeeper> keeper(new BufferKeeper(std::move(batch)));
    PartitionLog& log = logs_.log(partition);
    const auto appended =
        log.append(keeper->bytes, keeper, {config_, LeaderEpoch{0}, Timestamp{1}});
    if (appended.fault.found()) return Error{Fault::io, appended.fault.message};
    sequences_[std::size_t(partition)] += wire::BatchView(keeper->bytes).record_count();
    History& history = histories_[std::size_t(partition)];
    history.starts.push_back(static_cast<std::int64_t>(history.written.size()));
    odradek::append(history.written, keeper->bytes);
    history.offsets.push_back(log.staged_end());
    TRY(log.commit());
    note_promises();
    return {};
  }

  Result<> delete_records(int partition) {
    const Offset end = logs_.log(partition).high_watermark();
    if (end == Offset{0}) return {};
    const Offset start{chance(static_cast<int>(end.value))};
    TRY(logs_.delete_records(partition, start));
    History& history = histories_[std::size_t(partition)];
    history.start = std::max(history.start, start);
    return {};
  }

  // Of durable records only: the others are promised to outlive the process, not the power.
  void note_promises() {
    for (int i = 0; i < partitions; ++i) {
      const PartitionLog& log = logs_.log(i);
      History& history = histories_[std::size_t(i)];
      history.promised =
          std::max(history.promised, std::min(log.recovery_point(), log.high_watermark()));
    }
  }

  test::SimulatedDisk& disk_;
  Logs logs_;
  LogConfig config_;
  std::mt19937_64 random_;
  Histories histories_;
  std::array<std::int32_t, partitions> sequences_{};
};

class CrashPointsTest : public testing::Test {
 protected:
  // What comes up from a disk, which is served from then on.
  void check(test::SimulatedDisk& disk, Histories& histories) {
    Logs logs(disk, topic_id_);
    const auto opened = logs.open();
    ASSERT_TRUE(opened) << opened.error().context;
    for (int i = 0; i < partitions; ++i) check(logs.log(i), histories[std::size_t(i)]);
  }

  static void check(PartitionLog& log, History& history) {
    const Offset end = log.end();
    EXPECT_GE(end, history.promised);
    EXPECT_GE(log.log_start_offset(), std::min(history.start, end));
    Offset before{};
    for (std::size_t i = 0; i < history.offsets.size(); before = history.offsets[i++]) {
      if (before < log.log_start_offset() || history.offsets[i] > end) continue;
      const auto found = log.copy(before, 1);
      ASSERT_TRUE(found) << found.error().context;
      const auto begin = static_cast<std::size_t>(history.starts[i]);
      const std::size_t size = found->size();
      ASSERT_LE(begin + size, history.written.size());
      EXPECT_EQ(as_text(*found), as_text(Bytes(history.written).subspan(begin, size)));
    }
    const bool is_boundary = end == Offset{0} ||
                             std::count(history.offsets.begin(), history.offsets.end(), end) == 1 ||
                             end == log.log_start_offset();
    EXPECT_TRUE(is_boundary) << end.value;
    history.promised = end;
  }

  void check_all(const test::SimulatedDisk& disk, const Histories& histories,
                 std::mt19937_64& random) {
    const auto open = disk.undecided();
    const int subsets = number_from("CRASH_SUBSETS", some_subsets);
    const bool is_small = open.pages <= all_subsets_of && (1 << open.pages) <= subsets;
    if (!is_small) {
      for (int i = 0; i < subsets && !HasFailure(); ++i) {
        Histories copy = histories;
        check(*disk.after_power_cut(random), copy);
      }
      return;
    }
    for (std::size_t subset = 0; subset < (std::size_t{1} << open.pages); ++subset) {
      std::vector<bool> pages(open.pages);
      for (std::size_t i = 0; i < open.pages; ++i) pages[i] = (subset >> i & 1) != 0;
      for (std::size_t names = 0; names <= open.names && !HasFailure(); ++names) {
        Histories copy = histories;
        check(*disk.after_power_cut(pages, names), copy);
      }
    }
  }

  // What was written before a kill is served after it, synced or not, and then may not be lost.
  void check_after_kill(const test::SimulatedDisk& disk) {
    const auto left = disk.after_kill();
    Histories served;
    {
      Logs logs(*left, topic_id_);
      const auto opened = logs.open();
      ASSERT_TRUE(opened) << opened.error().context;
      for (int i = 0; i < partitions; ++i) {
        served[std::size_t(i)].promised = logs.log(i).high_watermark();
      }
    }
    const std::vector<bool> nothing_more(left->undecided().pages);
    check_ends(*left->after_power_cut(nothing_more, 0), served);
  }

  void check_ends(test::SimulatedDisk& disk, const Histories& histories) {
    Logs logs(disk, topic_id_);
    const auto opened = logs.open();
    ASSERT_TRUE(opened) << opened.error().context;
    for (int i = 0; i < partitions; ++i) {
      EXPECT_GE(logs.log(i).end(), histories[std::size_t(i)].promised);
    }
  }

  void run(std::uint64_t seed) {
    test::SimulatedDisk whole;
    Workload(whole, topic_id_, seed).run();
    for (std::int64_t at = 1; at <= whole.steps() + 1; ++at) {
      test::SimulatedDisk disk;
      disk.cut_power_at(at);
      Histories histories = Workload(disk, topic_id_, seed).run();
      std::mt19937_64 random(seed);
      check_all(disk, histories, random);
      if (HasFailure()) FAIL() << "seed " << seed << ", power cut at step " << at;
      // Cut again as soon as it is up: what was served then is there still.
      const auto left = disk.after_power_cut(random);
      check(*left, histories);
      const std::vector<bool> nothing_more(left->undecided().pages);
      check(*left->after_power_cut(nothing_more, 0), histories);
      check_after_kill(disk);
    }
  }

  Uuid topic_id_ = Uuid::random();
};

TEST_F(CrashPointsTest, NothingPromisedIsLostAtAnyStep) {
  const int count = number_from("CRASH_SEEDS", 1);
  for (int seed = 1; seed <= count && !HasFailure(); ++seed) run(static_cast<std::uint64_t>(seed));
}

}  // namespace
}  // namespace odradek::log
