// SPDX-License-Identifier: Apache-2.0
#include "wire/decompressor.h"

#include "wire/codec_context.h"

#include <libdeflate.h>
#include <lz4frame.h>
#include <snappy.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <string>

namespace odradek::wire {

namespace {

// The output grows by this much at least, so that a small batch costs little and a lie about the
// size nothing.
constexpr std::size_t growth = 64 << 10;
// More than that is not kept for the next batch.
constexpr std::size_t most_kept = 4 << 20;

Error corrupt(std::string what) { return {Fault::corrupt, std::move(what)}; }
Error too_large(std::size_t limit) {
  return {Fault::too_large, "decompresses to more than " + std::to_string(limit) + " bytes"};
}

// What was unpacked so far, at the head of a buffer.
class BoundedOutput {
 public:
  BoundedOutput(Buffer& buffer, std::size_t limit) : buffer_(buffer), limit_(limit) {}

  // Of at least so many bytes, if the limit allows that.
  std::span<std::byte> room(std::size_t wanted) {
    const std::size_t needed = filled_ + std::min(wanted, left());
    if (buffer_.size() < needed) {
      buffer_.resize(std::max(needed, std::min(limit_, buffer_.size() * 2)));
    }
    return std::span(buffer_).first(std::min(buffer_.size(), limit_)).subspan(filled_);
  }
  void fill(std::size_t size) { filled_ += size; }

  Bytes bytes() const { return Bytes(buffer_).first(filled_); }
  std::size_t limit() const { return limit_; }
  std::size_t left() const { return limit_ - filled_; }

 private:
  Buffer& buffer_;
  std::size_t limit_;
  std::size_t filled_ = 0;
};

// One gzip member: moves `input` past it. It is unpacked in one piece, so it begins again where the
// room was not enough.
Result<> inflate_member(libdeflate_decompressor* inflater, Bytes& input, BoundedOutput& output) {
  for (std::size_t wanted = std::max(growth, input.size() * 4);; wanted *= 2) {
    const std::span<std::byte> room = output.room(wanted);
    std::size_t read = 0;
    std::size_t written = 0;
    const auto outcome = libdeflate_gzip_decompress_ex(inflater, input.data(), input.size(),
                                                       room.data(), room.size(), &read, &written);
    if (outcome == LIBDEFLATE_SUCCESS) {
      input = input.subspan(read);
      output.fill(written);
      return {};
    }
    if (outcome != LIBDEFLATE_INSUFFICIENT_SPACE) return corrupt("gzip data is damaged");
    if (room.size() == output.left()) return too_large(output.limit());
  }
}

Result<> gunzip(libdeflate_decompressor* inflater, Bytes input, BoundedOutput& output) {
  do {
    TRY(inflate_member(inflater, input, output));
  } while (!input.empty());
  return {};
}

Result<> unsnap_block(Bytes block, BoundedOutput& output) {
  std::size_t size = 0;
  if (!snappy::GetUncompressedLength(chars(block), block.size(), &size)) {
    return corrupt("snappy block has no length");
  }
  if (size > output.left()) return too_large(output.limit());
  // A byte of snappy makes at most 64 / 3 bytes, so a lying length is found before it is reserved.
  if (size > block.size() * 22 + 64) return corrupt("snappy block lies about its length");
  if (!snappy::RawUncompress(chars(block), block.size(), chars(output.room(size)))) {
    return corrupt("snappy block is damaged");
  }
  output.fill(size);
  return {};
}

Result<> unsnap(Bytes input, BoundedOutput& output) {
  const bool is_framed =
      input.size() >= xerial_header &&
      std::equal(xerial_magic.begin(), xerial_magic.end(), octets(input.first(8)));
  if (!is_framed) return unsnap_block(input, output);
  input = input.subspan(xerial_header);
  while (!input.empty()) {
    if (input.size() < 4) return corrupt("snappy frame ends inside a length");
    const auto size = load_big<std::int32_t>(input.data());
    input = input.subspan(4);
    if (size < 0 || static_cast<std::size_t>(size) > input.size()) {
      return corrupt("snappy frame lies about a block");
    }
    TRY(unsnap_block(input.first(static_cast<std::size_t>(size)), output));
    input = input.subspan(static_cast<std::size_t>(size));
  }
  return {};
}

Result<> unlz4(LZ4F_dctx* context, Bytes input, BoundedOutput& output) {
  LZ4F_resetDecompressionContext(context);
  std::size_t wanted = 1;
  while (!input.empty() || wanted != 0) {
    const std::span<std::byte> room = output.room(growth);
    if (room.empty()) return too_large(output.limit());
    std::size_t written = room.size();
    std::size_t read = input.size();
    wanted = LZ4F_decompress(context, room.data(), &written, input.data(), &read, nullptr);
    if (LZ4F_isError(wanted)) return corrupt("lz4 frame is damaged");
    if (read == 0 && written == 0) return corrupt("lz4 frame is cut off");
    input = input.subspan(read);
    output.fill(written);
  }
  return {};
}

Result<> unzstd(ZSTD_DStream* stream, Bytes input, BoundedOutput& output) {
  ZSTD_DCtx_reset(stream, ZSTD_reset_session_only);
  ZSTD_inBuffer in{input.data(), input.size(), 0};
  std::size_t wanted = 1;
  while (in.pos < in.size || wanted != 0) {
    const std::span<std::byte> room = output.room(growth);
    if (room.empty()) return too_large(output.limit());
    ZSTD_outBuffer out{room.data(), room.size(), 0};
    const std::size_t before = in.pos;
    wanted = ZSTD_decompressStream(stream, &out, &in);
    if (ZSTD_isError(wanted)) return corrupt("zstd frame is damaged");
    if (in.pos == before && out.pos == 0) return corrupt("zstd frame is cut off");
    output.fill(out.pos);
  }
  return {};
}

LZ4F_dctx* new_lz4_context() {
  LZ4F_dctx* context = nullptr;
  return LZ4F_isError(LZ4F_createDecompressionContext(&context, LZ4F_VERSION)) ? nullptr : context;
}

}  // namespace

// Made when they are needed first.
struct Decompressor::Contexts {
  Owned<libdeflate_decompressor, libdeflate_free_decompressor> gzip;
  Owned<LZ4F_dctx, LZ4F_freeDecompressionContext> lz4;
  Owned<ZSTD_DStream, ZSTD_freeDStream> zstd;

  Result<> unpack(Codec codec, Bytes input, BoundedOutput& output) {
    switch (codec) {
      case Codec::none:
        return too_large(output.limit());
      case Codec::gzip:
        if (!gzip) gzip.reset(allocated(libdeflate_alloc_decompressor()));
        return gunzip(gzip.get(), input, output);
      case Codec::snappy:
        return unsnap(input, output);
      case Codec::lz4:
        if (!lz4) lz4.reset(allocated(new_lz4_context()));
        return unlz4(lz4.get(), input, output);
      case Codec::zstd:
        if (!zstd) zstd.reset(allocated(ZSTD_createDStream()));
        return unzstd(zstd.get(), input, output);
    }
    return corrupt("unknown codec");
  }
};

Decompressor::Decompressor() : contexts_(std::make_unique<Contexts>()) {}
Decompressor::~Decompressor() = default;

Result<Bytes> Decompressor::unpack(Codec codec, Bytes input, std::size_t limit) {
  if (codec == Codec::none && input.size() <= limit) return input;
  if (output_.size() > most_kept) output_ = {};
  BoundedOutput output(output_, limit);
  TRY(contexts_->unpack(codec, input, output));
  return output.bytes();
}

}  // namespace odradek::wire
