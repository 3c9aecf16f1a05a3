// SPDX-License-Identifier: Apache-2.0
#include "log/leader_epochs.h"

#include "base/bytes.h"
#include "base/crc32c.h"
#include "log/checkpoint_text.h"

#include <algorithm>

namespace odradek::log {
namespace {

constexpr std::size_t seal_size = 32;

// A checksum in spaces and tabs, one for each bit, which Kafka reads over at the end of a line.
std::string seal_of(std::string_view text) {
  const std::uint32_t checksum = crc32c(as_bytes(text));
  std::string seal;
  for (std::size_t bit = 0; bit < seal_size; ++bit) seal += (checksum >> bit & 1) != 0 ? '\t' : ' ';
  return seal;
}

// The text without its seal; none where that is wrong. Kafka's own files have none.
std::optional<std::string> unsealed(std::string_view text) {
  if (!text.ends_with('\n')) return std::nullopt;
  text.remove_suffix(1);
  const auto end = text.find_last_not_of(" \t") + 1;
  const std::string_view seal = text.substr(end);
  std::string content(text.substr(0, end));
  content += '\n';
  return seal.empty() || seal == seal_of(content) ? std::optional(content) : std::nullopt;
}

}  // namespace

bool LeaderEpochs::assign(LeaderEpoch epoch, Offset start) {
  if (!entries_.empty() && entries_.back().epoch >= epoch) return false;
  truncate_from(start);
  entries_.push_back({epoch, start});
  return true;
}

LeaderEpochs::End LeaderEpochs::end_of(LeaderEpoch wanted, Offset log_end) const {
  if (entries_.empty() || wanted == none_of<LeaderEpoch> || wanted > entries_.back().epoch)
    return {};
  if (wanted == entries_.back().epoch) return {wanted, log_end};
  const auto above = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const Entry& entry) { return entry.epoch > wanted; });
  if (above == entries_.begin()) return {wanted, above->start};
  return {std::prev(above)->epoch, above->start};
}

LeaderEpoch LeaderEpochs::at(Offset offset) const {
  const auto behind = std::find_if(entries_.begin(), entries_.end(),
                                   [&](const Entry& entry) { return entry.start > offset; });
  return behind == entries_.begin() ? none_of<LeaderEpoch> : std::prev(behind)->epoch;
}

LeaderEpoch LeaderEpochs::latest() const {
  return entries_.empty() ? none_of<LeaderEpoch> : entries_.back().epoch;
}

bool LeaderEpochs::truncate_from(Offset end) {
  return std::erase_if(entries_, [&](const Entry& entry) { return entry.start >= end; }) > 0;
}

bool LeaderEpochs::truncate_before(Offset start) {
  auto kept = std::find_if(entries_.begin(), entries_.end(),
                           [&](const Entry& entry) { return entry.start > start; });
  if (kept == entries_.begin()) return false;
  --kept;  // the epoch that wrote `start` stays, and begins there
  const bool changed = kept != entries_.begin() || kept->start < start;
  kept->start = std::max(kept->start, start);
  entries_.erase(entries_.begin(), kept);
  return changed;
}

std::string LeaderEpochs::encode() const {
  CheckpointText text;
  for (const Entry& entry : entries_) text.add({entry.epoch.value, entry.start.value});
  std::string encoded = text.encode();
  if (!entries_.empty()) encoded.insert(encoded.size() - 1, seal_of(encoded));
  return encoded;
}

bool LeaderEpochs::decode(std::string_view text) {
  entries_.clear();
  const auto content = unsealed(text);
  const auto lines = content ? CheckpointText::decode(*content) : std::nullopt;
  if (!lines) return false;
  for (const auto& words : *lines) {
    const auto epoch = words.size() == 2 ? parse_number<std::int32_t>(words[0]) : std::nullopt;
    const auto start = words.size() == 2 ? parse_number<std::int64_t>(words[1]) : std::nullopt;
    if (!epoch || !start || *epoch <= latest().value) {
      entries_.clear();
      return false;
    }
    entries_.push_back({{*epoch}, {*start}});
  }
  return true;
}

}  // namespace odradek::log
