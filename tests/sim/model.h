// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace odradek::sim {

// What clients were promised, and what must hold of what they see: nothing that was acknowledged or
// read is ever gone or another, an idempotent record is there once, and of a transaction there is
// all or nothing. Of a compacted topic only the last record of each key has to be there.
class Model {
 public:
  struct Place {
    std::string topic;
    std::int32_t partition = 0;
    std::int64_t offset = 0;
    friend auto operator<=>(const Place&, const Place&) = default;
  };

  // A client was told, or has read, that this stands there.
  void note(const Place& place, const std::string& value);
  // This was written behind all that has the key. What has no value need not be there.
  void note_keyed(const Place& place, const std::string& key, const std::string& value);
  void note_committed(const std::string& value) { committed_.insert(value); }
  void note_aborted(const std::string& value) { aborted_.insert(value); }
  // The offset that a group committed last, and the last that it tried to.
  void note_commit_sent(std::int64_t offset) { commit_sent_ = offset; }
  void note_commit_acked(std::int64_t offset) { commit_acked_ = offset; }
  void check_committed_offset(std::int64_t offset);

  // All that there is in the end; `read_committed` is what such a reader finds.
  using Records = std::map<Place, std::string>;
  void check(const Records& all, const Records& read_committed);

  void fail(std::string what) { problems_.push_back(std::move(what)); }
  const std::vector<std::string>& problems() const { return problems_; }
  // A number for all that clients have seen so far, in its order.
  std::uint64_t fingerprint() const { return fingerprint_; }
  std::size_t records() const { return known_.size(); }
  // Of compacted topics: how many were written, and how many of them are gone.
  std::size_t keyed() const { return keyed_.size(); }
  std::size_t compacted_away() const { return compacted_away_; }
  std::size_t transactions() const { return committed_.size() + aborted_.size(); }

 private:
  void check_keyed(const Records& all);
  void check_once(const Records& all);
  void check_transactions(const Records& read_committed);
  void mix(const std::string& text);

  Records known_;
  std::set<Place> keyed_;
  std::map<std::pair<std::string, std::string>, Place> last_of_key_;  // by topic and key
  std::size_t compacted_away_ = 0;
  std::set<std::string> committed_;
  std::set<std::string> aborted_;
  std::int64_t commit_sent_ = 0;
  std::int64_t commit_acked_ = 0;
  std::vector<std::string> problems_;
  std::uint64_t fingerprint_ = 0;
};

}  // namespace odradek::sim
