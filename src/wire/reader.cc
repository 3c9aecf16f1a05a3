// SPDX-License-Identifier: Apache-2.0
#include "wire/reader.h"

#include <limits>

namespace odradek::wire {
namespace {

struct NoTags {
  static void walk(NoTags&, auto&) {}
};

}  // namespace

std::uint32_t Reader::read_unsigned_varint() {
  std::uint32_t value = 0;
  for (unsigned shift = 0; shift < 35; shift += 7) {
    if (remaining() == 0) return fail<std::uint32_t>();
    const auto byte = std::to_integer<std::uint32_t>(*at_++);
    if (shift == 28 && byte > 0x0f) return fail<std::uint32_t>();  // more than 32 bits
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  return fail<std::uint32_t>();
}

Bytes Reader::read_exactly(std::size_t size) {
  if (size > remaining()) return fail<Bytes>();
  const Bytes bytes{at_, size};
  at_ += size;
  return bytes;
}

void Reader::skip_tags() {
  NoTags none;
  read_tags(none);
}

std::int64_t Reader::read_length(std::int64_t length) {
  if (length < -1 || length > static_cast<std::int64_t>(remaining())) {
    return fail<std::int64_t>();
  }
  return length;
}

std::int64_t Reader::read_text_length() {
  if (!flexible_) return read_length(read_number<std::int16_t>());
  const auto length = std::int64_t{read_unsigned_varint()} - 1;
  return length > std::numeric_limits<std::int16_t>::max() ? fail<std::int64_t>()
                                                           : read_length(length);
}

std::int64_t Reader::read_blob_length() {
  if (flexible_) return read_length(std::int64_t{read_unsigned_varint()} - 1);
  return read_length(read_number<std::int32_t>());
}

}  // namespace odradek::wire
