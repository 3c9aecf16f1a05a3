// SPDX-License-Identifier: Apache-2.0
#include "base/crc32c.h"

#include <array>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace odradek {
namespace {

constexpr std::uint32_t polynomial = 0x82f63b78;  // Castagnoli's, bit-reversed

using Table = std::array<std::uint32_t, 256>;

constexpr std::array<Table, 8> slicing_tables() {
  std::array<Table, 8> tables{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = crc & 1 ? crc >> 1 ^ polynomial : crc >> 1;
    tables[0][i] = crc;
  }
  for (std::uint32_t i = 0; i < 256; ++i) {
    for (std::size_t t = 1; t < 8; ++t) {
      const std::uint32_t before = tables[t - 1][i];
      tables[t][i] = before >> 8 ^ tables[0][before & 255];
    }
  }
  return tables;
}
constexpr auto slicing = slicing_tables();

std::uint64_t load_word(const std::byte* at) {
  std::uint64_t word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

#if defined(__x86_64__)

// The instruction has a latency of three and a throughput of one, so three independent streams
// keep it busy. Their results are joined by moving a CRC over `stride` zero bytes.
constexpr std::size_t stride = 1024;

constexpr std::uint32_t over_zeros(std::uint32_t crc) {
  for (std::size_t i = 0; i < stride; ++i) crc = crc >> 8 ^ slicing[0][crc & 255];
  return crc;
}

constexpr std::array<Table, 4> shift_tables() {
  std::array<std::uint32_t, 32> of_bit{};
  for (std::size_t bit = 0; bit < 32; ++bit) of_bit[bit] = over_zeros(1U << bit);
  std::array<Table, 4> tables{};
  for (std::size_t t = 0; t < 4; ++t) {
    for (std::size_t value = 0; value < 256; ++value) {
      for (std::size_t bit = 0; bit < 8; ++bit) {
        if (value >> bit & 1) tables[t][value] ^= of_bit[t * 8 + bit];
      }
    }
  }
  return tables;
}
constexpr auto shift = shift_tables();

std::uint32_t move_over_stride(std::uint32_t crc) {
  return shift[0][crc & 255] ^ shift[1][crc >> 8 & 255] ^ shift[2][crc >> 16 & 255] ^
         shift[3][crc >> 24];
}

__attribute__((target("sse4.2"))) std::uint32_t crc32c_sse42(Bytes bytes, std::uint32_t seed) {
  const std::byte* at = bytes.data();
  std::size_t left = bytes.size();
  std::uint64_t crc = ~seed;
  while (left >= 3 * stride) {
    std::uint64_t second = 0;
    std::uint64_t third = 0;
    for (std::size_t i = 0; i < stride; i += 8) {
      crc = _mm_crc32_u64(crc, load_word(at + i));
      second = _mm_crc32_u64(second, load_word(at + stride + i));
      third = _mm_crc32_u64(third, load_word(at + 2 * stride + i));
    }
    const auto two = move_over_stride(static_cast<std::uint32_t>(crc)) ^ second;
    crc = move_over_stride(static_cast<std::uint32_t>(two)) ^ third;
    at += 3 * stride;
    left -= 3 * stride;
  }
  for (; left >= 8; at += 8, left -= 8) crc = _mm_crc32_u64(crc, load_word(at));
  auto narrow = static_cast<std::uint32_t>(crc);
  for (; left > 0; ++at, --left) narrow = _mm_crc32_u8(narrow, std::to_integer<unsigned char>(*at));
  return ~narrow;
}

#endif

}  // namespace

std::uint32_t crc32c_portable(Bytes bytes, std::uint32_t seed) {
  const std::byte* at = bytes.data();
  std::size_t left = bytes.size();
  std::uint32_t crc = ~seed;
  for (; left >= 8; at += 8, left -= 8) {
    const std::uint64_t word = load_word(at) ^ crc;
    crc = slicing[7][word & 255] ^ slicing[6][word >> 8 & 255] ^ slicing[5][word >> 16 & 255] ^
          slicing[4][word >> 24 & 255] ^ slicing[3][word >> 32 & 255] ^
          slicing[2][word >> 40 & 255] ^ slicing[1][word >> 48 & 255] ^ slicing[0][word >> 56];
  }
  for (; left > 0; ++at, --left) {
    crc = crc >> 8 ^ slicing[0][(crc ^ std::to_integer<std::uint32_t>(*at)) & 255];
  }
  return ~crc;
}

std::uint32_t crc32c(Bytes bytes, std::uint32_t seed) {
#if defined(__x86_64__)
  static const bool has_instruction = __builtin_cpu_supports("sse4.2");
  if (has_instruction) return crc32c_sse42(bytes, seed);
#endif
  return crc32c_portable(bytes, seed);
}

}  // namespace odradek
