// SPDX-License-Identifier: Apache-2.0
#include "sim/model.h"

#include "base/simulation.h"

#include <fmt/format.h>

#include <functional>

namespace odradek::sim {
namespace {

std::string text_of(const Model::Place& place) {
  return fmt::format("{}-{}@{}", place.topic, place.partition, place.offset);
}

}  // namespace

void Model::mix(const std::string& text) {
  const auto time = static_cast<std::uint64_t>(Simulation::current()->time().count());
  fingerprint_ = (fingerprint_ ^ std::hash<std::string>()(text) ^ time) * 0x9e3779b97f4a7c15ULL;
}

void Model::note(const Place& place, const std::string& value) {
  mix(value);
  const auto [known, is_new] = known_.emplace(place, value);
  if (is_new || known->second == value) return;
  fail(fmt::format("{} was {} and is {}", text_of(place), known->second, value));
}

void Model::note_keyed(const Place& place, const std::string& key, const std::string& value) {
  note(place, value);
  keyed_.insert(place);
  last_of_key_[{place.topic, key}] = place;
}

void Model::check_committed_offset(std::int64_t offset) {
  mix(std::to_string(offset));
  if (offset >= commit_acked_ && offset <= commit_sent_) return;
  fail(fmt::format("the committed offset is {}; {} was acknowledged, {} sent", offset,
                   commit_acked_, commit_sent_));
}

void Model::check(const Records& all, const Records& read_committed) {
  for (const auto& [place, value] : known_) {
    const auto found = all.find(place);
    if (found == all.end()) {
      if (keyed_.contains(place)) continue;
      fail(fmt::format("{} is gone from {}", value, text_of(place)));
    } else if (found->second != value) {
      fail(fmt::format("{} was {} and is {}", text_of(place), value, found->second));
    }
  }
  check_keyed(all);
  check_once(all);
  check_transactions(read_committed);
}

void Model::check_keyed(const Records& all) {
  compacted_away_ = 0;
  for (const Place& place : keyed_) compacted_away_ += all.contains(place) ? 0 : 1;
  for (const auto& [key, place] : last_of_key_) {
    const std::string& value = known_.at(place);
    const bool is_lost = !value.empty() && !all.contains(place);
    if (is_lost) fail(fmt::format("{}, the last of {}, is gone", value, key.second));
  }
}

// Records of producers without idempotence, whose values begin with w, may be there again.
void Model::check_once(const Records& all) {
  std::map<std::pair<std::string, std::int32_t>, std::set<std::string>> seen;
  for (const auto& [place, value] : all) {
    const bool may_be_again = value.starts_with('w') || value.empty();
    if (may_be_again) continue;
    if (seen[{place.topic, place.partition}].insert(value).second) continue;
    fail(fmt::format("{} is there twice, again in {}", value, text_of(place)));
  }
}

void Model::check_transactions(const Records& read_committed) {
  std::map<std::string, int> copies;
  for (const auto& [place, value] : read_committed) {
    if (value.starts_with('x')) ++copies[value];
  }
  for (const std::string& value : committed_) {
    if (copies[value] != 2) fail(fmt::format("{} was committed: {} of 2", value, copies[value]));
  }
  for (const auto& [value, count] : copies) {
    if (count == 1) fail(fmt::format("half of the transaction of {} is there", value));
    if (count > 0 && aborted_.contains(value)) fail(fmt::format("{} was aborted", value));
  }
}

}  // namespace odradek::sim
