// SPDX-License-Identifier: Apache-2.0
// Each codec on bytes from outside, and on its own output. The first byte names the codec.
#include "wire/decompressor.h"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace odradek;
  if (size == 0) return 0;
  constexpr std::size_t limit = 1 << 20;
  const auto codec = static_cast<wire::Codec>(data[0] % wire::codec_count);
  const Bytes input = std::as_bytes(std::span(data, size)).subspan(1);
  wire::Decompressor decompressor;
  const auto unpacked = decompressor.unpack(codec, input, limit);
  if (unpacked && unpacked->size() > limit) std::abort();
  const auto packed = wire::compress(codec, input);
  if (!packed) std::abort();
  const auto back = decompressor.unpack(codec, *packed, limit);
  if (!back || Bytes(*back).size() != input.size()) std::abort();
  return 0;
}
