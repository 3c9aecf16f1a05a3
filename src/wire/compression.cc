// SPDX-License-Identifier: Apache-2.0
#include "wire/compression.h"

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

// The output grows by this much at a time, so that a small batch costs little and a lie about the
// size nothing.
constexpr std::size_t growth = 64 << 10;

Error corrupt(std::string what) { return {Fault::corrupt, std::move(what)}; }
Error too_large(std::size_t limit) {
  return {Fault::too_large, "decompresses to more than " + std::to_string(limit) + " bytes"};
}

// Makes room behind `filled` bytes; false at the limit.
bool make_room(Buffer& output, std::size_t filled, std::size_t limit) {
  if (filled < output.size()) return true;
  if (output.size() >= limit) return false;
  output.resize(std::min(limit, std::max(output.size() * 2, growth)));
  return true;
}

template <auto free_function>
struct Freer {
  template <class T>
  void operator()(T* resource) const {
    free_function(resource);
  }
};
template <class T, auto free_function>
using Owned = std::unique_ptr<T, Freer<free_function>>;

// One gzip member: moves `input` past it and adds to `output`.
Result<> inflate_member(libdeflate_decompressor* inflater, Bytes& input, Buffer& output,
                        std::size_t& filled, std::size_t limit) {
  for (;;) {
    std::size_t read = 0;
    std::size_t written = 0;
    const auto outcome =
        libdeflate_gzip_decompress_ex(inflater, input.data(), input.size(), output.data() + filled,
                                      output.size() - filled, &read, &written);
    if (outcome == LIBDEFLATE_SUCCESS) {
      input = input.subspan(read);
      filled += written;
      return {};
    }
    if (outcome != LIBDEFLATE_INSUFFICIENT_SPACE) return corrupt("gzip data is damaged");
    if (!make_room(output, output.size(), limit)) return too_large(limit);
  }
}

Result<Buffer> gunzip(Bytes input, std::size_t limit) {
  const Owned<libdeflate_decompressor, libdeflate_free_decompressor> inflater(
      libdeflate_alloc_decompressor());
  Buffer output(std::min(limit, std::max(growth, input.size() * 4)));
  std::size_t filled = 0;
  do {
    TRY(inflate_member(inflater.get(), input, output, filled, limit));
  } while (!input.empty());
  output.resize(filled);
  return output;
}

Result<> unsnap_block(Bytes block, Buffer& output, std::size_t limit) {
  std::size_t size = 0;
  if (!snappy::GetUncompressedLength(chars(block), block.size(), &size)) {
    return corrupt("snappy block has no length");
  }
  const std::size_t filled = output.size();
  if (size > limit - filled) return too_large(limit);
  // A byte of snappy makes at most 64 / 3 bytes, so a lying length is found before it is reserved.
  if (size > block.size() * 22 + 64) return corrupt("snappy block lies about its length");
  output.resize(filled + size);
  if (!snappy::RawUncompress(chars(block), block.size(), chars(std::span(output)) + filled)) {
    return corrupt("snappy block is damaged");
  }
  return {};
}

constexpr std::array<unsigned char, 8> xerial_magic{0x82, 'S', 'N', 'A', 'P', 'P', 'Y', 0};
constexpr std::size_t xerial_header = 16;  // magic, version, lowest compatible version

Result<Buffer> unsnap(Bytes input, std::size_t limit) {
  Buffer output;
  const bool framed = input.size() >= xerial_header &&
                      std::equal(xerial_magic.begin(), xerial_magic.end(), octets(input.first(8)));
  if (!framed) {
    TRY(unsnap_block(input, output, limit));
    return output;
  }
  input = input.subspan(xerial_header);
  while (!input.empty()) {
    if (input.size() < 4) return corrupt("snappy frame ends inside a length");
    const auto size = load_big<std::int32_t>(input.data());
    input = input.subspan(4);
    if (size < 0 || static_cast<std::size_t>(size) > input.size()) {
      return corrupt("snappy frame lies about a block");
    }
    TRY(unsnap_block(input.first(static_cast<std::size_t>(size)), output, limit));
    input = input.subspan(static_cast<std::size_t>(size));
  }
  return output;
}

Result<Buffer> unlz4(Bytes input, std::size_t limit) {
  LZ4F_dctx* raw = nullptr;
  if (LZ4F_isError(LZ4F_createDecompressionContext(&raw, LZ4F_VERSION))) {
    return corrupt("lz4 context");
  }
  const Owned<LZ4F_dctx, LZ4F_freeDecompressionContext> context(raw);
  Buffer output;
  std::size_t filled = 0;
  std::size_t wanted = 1;
  while (!input.empty() || wanted != 0) {
    if (!make_room(output, filled, limit)) return too_large(limit);
    std::size_t written = output.size() - filled;
    std::size_t read = input.size();
    wanted = LZ4F_decompress(context.get(), output.data() + filled, &written, input.data(), &read,
                             nullptr);
    if (LZ4F_isError(wanted)) return corrupt("lz4 frame is damaged");
    if (read == 0 && written == 0) return corrupt("lz4 frame is cut off");
    input = input.subspan(read);
    filled += written;
  }
  output.resize(filled);
  return output;
}

Result<Buffer> unzstd(Bytes input, std::size_t limit) {
  const Owned<ZSTD_DStream, ZSTD_freeDStream> stream(ZSTD_createDStream());
  ZSTD_inBuffer in{input.data(), input.size(), 0};
  Buffer output;
  std::size_t filled = 0;
  std::size_t wanted = 1;
  while (in.pos < in.size || wanted != 0) {
    if (!make_room(output, filled, limit)) return too_large(limit);
    ZSTD_outBuffer out{output.data() + filled, output.size() - filled, 0};
    const std::size_t before = in.pos;
    wanted = ZSTD_decompressStream(stream.get(), &out, &in);
    if (ZSTD_isError(wanted)) return corrupt("zstd frame is damaged");
    if (in.pos == before && out.pos == 0) return corrupt("zstd frame is cut off");
    filled += out.pos;
  }
  output.resize(filled);
  return output;
}

Result<Buffer> gzip(Bytes input, CompressionLevel level) {
  const Owned<libdeflate_compressor, libdeflate_free_compressor> deflater(
      libdeflate_alloc_compressor(level.is_default || level.value < 1 ? 6 : level.value));
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
  if (LZ4F_isError(size)) return corrupt("lz4 cannot compress");
  output.resize(size);
  return output;
}

Result<Buffer> zstd(Bytes input, CompressionLevel level) {
  Buffer output(ZSTD_compressBound(input.size()));
  const auto size = ZSTD_compress(output.data(), output.size(), input.data(), input.size(),
                                  level.is_default ? ZSTD_CLEVEL_DEFAULT : level.value);
  if (ZSTD_isError(size)) return corrupt("zstd cannot compress");
  output.resize(size);
  return output;
}

}  // namespace

Result<Buffer> decompress(Codec codec, Bytes input, std::size_t limit) {
  switch (codec) {
    case Codec::none:
      if (input.size() > limit) return too_large(limit);
      return Buffer(input.begin(), input.end());
    case Codec::gzip:
      return gunzip(input, limit);
    case Codec::snappy:
      return unsnap(input, limit);
    case Codec::lz4:
      return unlz4(input, limit);
    case Codec::zstd:
      return unzstd(input, limit);
  }
  return corrupt("unknown codec");
}

Result<Buffer> compress(Codec codec, Bytes input, CompressionLevel level) {
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
  return corrupt("unknown codec");
}

}  // namespace odradek::wire
