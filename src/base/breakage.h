// SPDX-License-Identifier: Apache-2.0
#pragma once

// Ways to be a bad broker, for the test that the checker of tests/checker notices each of them.
// Only the binary odradek_breakable has them, one at a time, named by ODRADEK_BREAK; the broker has
// none.
namespace odradek {

enum class Breakage {
  lost_append,        // a batch is acknowledged and not stored
  double_append,      // a batch is stored twice
  reordered_appends,  // batches of one producer are written in another order
  forgotten_commit,   // a group's commit is acknowledged and not remembered
  shown_abort,        // readers are not told what was aborted
  shown_open,         // what is open is taken for decided
  torn_marker,        // one partition is told another outcome
  early_offsets,      // offsets take effect before their transaction ends
};

#ifdef ODRADEK_BREAKABLE
// Whether this is the wanted way.
bool is_broken(Breakage breakage);
// The same, every so often.
bool breaks_now(Breakage breakage);
#else
constexpr bool is_broken(Breakage) { return false; }
constexpr bool breaks_now(Breakage) { return false; }
#endif

}  // namespace odradek
