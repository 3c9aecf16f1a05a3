// SPDX-License-Identifier: Apache-2.0
#include "wire/compression.h"

#include "wire/codec_context.h"
#include "wire/decompressor.h"

#include <libdeflate.h>
#include <lz4frame.h>
#include <snappy.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>

namespace odradek::wire {
namespace {

constexpr std::array<std::string_view, codec_count> codec_names{"none", "gzip", "snappy", "lz4",
                                                                "zstd"};

Error cannot(const char* codec) {
  return {Fault::corrupt, std::string(codec) + " cannot compress"};
}

Result<Buffer> gzip(Bytes input, CompressionLevel level) {
  // At its 4 this library makes what zlib, and so Kafka, makes at 6, in two thirds of its own time.
  constexpr int usual = 4;
  const Owned<libdeflate_compressor, libdeflate_free_compressor> deflater(allocated(
      libdeflate_alloc_compressor(level.is_default || level.value < 1 ? usual : level.value)));
  Buffer output(libdeflate_gzip_compress_bound(deflater.get(), input.size()));
  output.resize(libdeflate_gzip_compress(deflater.get(), input.data(), input.size(), output.data(),
                                         output.size()));
  return output;
}

// In xerial's framing, one block for each 32 KiB, as Java writes it: every client reads that.
Buffer snap(Bytes input) {
  constexpr std::size_t block_size = 32 << 10;
  Buffer output;
  append(output, std::as_bytes(std::span(xerial_magic)));
  append_big<std::int32_t>(output, 1);
  append_big<std::int32_t>(output, 1);
  std::string block;
  for (; !input.empty(); input = input.subspan(std::min(block_size, input.size()))) {
    const Bytes part = input.first(std::min(block_size, input.size()));
    snappy::Compress(chars(part), part.size(), &block);
    append_big(output, static_cast<std::int32_t>(block.size()));
    append(output, as_bytes(block));
  }
  return output;
}

Result<Buffer> lz4(Bytes input, CompressionLevel level) {
  LZ4F_preferences_t preferences{};
  preferences.frameInfo.blockMode = LZ4F_blockIndependent;  // Java reads no other
  preferences.frameInfo.blockSizeID = LZ4F_max64KB;
  preferences.compressionLevel = level.is_default ? 0 : level.value;
  Buffer output(LZ4F_compressFrameBound(input.size(), &preferences));
  const auto size =
      LZ4F_compressFrame(output.data(), output.size(), input.data(), input.size(), &preferences);
  if (LZ4F_isError(size)) return cannot("lz4");
  output.resize(size);
  return output;
}

Result<Buffer> zstd(Bytes input, CompressionLevel level) {
  Buffer output(ZSTD_compressBound(input.size()));
  const auto size = ZSTD_compress(output.data(), output.size(), input.data(), input.size(),
                                  level.is_default ? ZSTD_CLEVEL_DEFAULT : level.value);
  if (ZSTD_isError(size)) return cannot("zstd");
  output.resize(size);
  return output;
}

}  // namespace

std::string_view name_of(Codec codec) {
  return is_known(codec) ? codec_names[static_cast<std::size_t>(codec)] : "unknown";
}

std::optional<Codec> parse_codec(std::string_view name) {
  const auto found = std::find(codec_names.begin(), codec_names.end(), name);
  if (found == codec_names.end()) return std::nullopt;
  return static_cast<Codec>(found - codec_names.begin());
}

Result<Buffer> decompress(Codec codec, Bytes input, std::size_t limit) {
  Decompressor decompressor;
  TRY(const Bytes output, decompressor.unpack(codec, input, limit));
  return Buffer(output.begin(), output.end());
}

namespace {

Result<Buffer> pack(Codec codec, Bytes input, CompressionLevel level) {
  switch (codec) {
    case Codec::none:
      return Buffer(input.begin(), input.end());
    case Codec::gzip:
      return gzip(input, level);
    case Codec::snappy:
      return snap(input);
    case Codec::lz4:
      return lz4(input, level);
    case Codec::zstd:
      return zstd(input, level);
  }
  return Error{Fault::corrupt, "unknown codec"};
}

}  // namespace

Result<Buffer> compress(Codec codec, Bytes input, CompressionLevel level) {
  auto packed = pack(codec, input, level);
  // It may be kept for long, and had room for what does not compress.
  if (packed) packed->shrink_to_fit();
  return packed;
}

}  // namespace odradek::wire
