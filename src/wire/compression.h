// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.h"
#include "base/result.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace odradek::wire {

// How the records of a batch are compressed: bits 0-2 of its attributes.
enum class Codec : std::int8_t { none = 0, gzip = 1, snappy = 2, lz4 = 3, zstd = 4 };
inline constexpr std::int8_t codec_count = 5;

constexpr bool is_known(Codec codec) {
  return static_cast<std::int8_t>(codec) >= 0 && static_cast<std::int8_t>(codec) < codec_count;
}

// As Kafka's settings name them: "none", "gzip", "snappy", "lz4", "zstd".
std::string_view name_of(Codec codec);
std::optional<Codec> parse_codec(std::string_view name);

// Undoes `codec`, as a Decompressor of its own.
Result<Buffer> decompress(Codec codec, Bytes input, std::size_t limit);

// `level` is the codec's own; the codec's default where it is empty, as Kafka has it.
struct CompressionLevel {
  int value = 0;
  bool is_default = true;
};
Result<Buffer> compress(Codec codec, Bytes input, CompressionLevel level = {});

}  // namespace odradek::wire
