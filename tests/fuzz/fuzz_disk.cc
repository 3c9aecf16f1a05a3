// SPDX-License-Identifier: Apache-2.0
// What is read from disk: index, snapshot, checkpoint and epoch files. The first byte picks one.
#include "log/checkpoint_text.h"
#include "log/leader_epochs.h"
#include "log/producer_state.h"
#include "log/segment_index.h"

#include <cstdlib>

namespace {

using namespace odradek;

template <class Index>
void load_index(Bytes content) {
  Index index;
  index.load(content);
  const auto& entries = index.entries();
  for (std::size_t i = 1; i < entries.size(); ++i) {
    if (!entries[i].may_follow(entries[i - 1])) std::abort();
  }
}

void load_snapshot(Bytes content) {
  log::ProducerState state;
  log::ProducerState again;
  if (state.decode(content) && !again.decode(state.encode())) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const Bytes content = std::as_bytes(std::span(data, size)).subspan(1);
  log::LeaderEpochs epochs;
  switch (data[0] % 5) {
    case 0:
      load_index<log::OffsetIndex>(content);
      break;
    case 1:
      load_index<log::TimeIndex>(content);
      break;
    case 2:
      load_snapshot(content);
      break;
    case 3:
      (void)log::decode_offsets(as_text(content));
      break;
    default:
      (void)epochs.decode(as_text(content));
  }
  return 0;
}
