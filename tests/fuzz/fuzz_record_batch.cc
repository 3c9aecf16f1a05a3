// SPDX-License-Identifier: Apache-2.0
// A batch as a client sends it, under every configuration that looks into it. Its checksum is made
// right first, so that the fuzzer gets behind it; what is taken must be well-formed.
#include "log/batch_validator.h"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace odradek;
  const Bytes input = std::as_bytes(std::span(data, size));
  log::LogConfig config;
  config.max_message_bytes = 1 << 20;
  const unsigned choice = size > 0 ? data[size - 1] : 0;
  config.is_compacted = (choice & 1) != 0;
  config.has_log_append_time = (choice & 2) != 0;
  if (choice & 4) config.compression = static_cast<wire::Codec>(choice / 8 % 5);
  Buffer batch(input.begin(), input.end());
  if (batch.size() >= wire::BatchView::header_size) wire::renew_crc(batch);
  Buffer rewritten;
  const auto fault =
      log::validate_batch(batch, config, Timestamp{1000000}, log::Origin::client, rewritten);
  if (fault.found()) return 0;
  const wire::BatchView stored(rewritten.empty() ? batch : rewritten);
  const bool good = stored.crc_is_right() && stored.record_count() > 0 &&
                    stored.size() == static_cast<std::int64_t>(stored.bytes().size());
  if (!good) std::abort();
  return 0;
}
