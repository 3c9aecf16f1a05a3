// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "wire/compression.h"

#include <memory>

namespace odradek::wire {

// Undoes compression for one batch after the other, in memory that it keeps, so that neither
// contexts nor output are allocated again for each. For one thread.
class Decompressor {
 public:
  Decompressor();
  ~Decompressor();
  Decompressor(const Decompressor&) = delete;
  Decompressor& operator=(const Decompressor&) = delete;

  // What was compressed to `input`: there until the next call, or where the codec is none, `input`
  // itself. Never holds more than `limit` bytes of output: Fault::too_large beyond it, and
  // Fault::corrupt for bytes that the codec does not understand. Snappy is read raw (librdkafka)
  // and in xerial's framing (Java); gzip and zstd may be several members or frames in a row.
  Result<Bytes> unpack(Codec codec, Bytes input, std::size_t limit);

 private:
  struct Contexts;
  std::unique_ptr<Contexts> contexts_;
  Buffer output_;
};

}  // namespace odradek::wire
