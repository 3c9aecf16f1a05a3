// SPDX-License-Identifier: Apache-2.0
#include "wire/writer.h"

#include <limits>

namespace odradek::wire {

void Writer::write_unsigned_varint(std::uint32_t value) {
  for (; value >= 0x80; value >>= 7) {
    output_.bytes.push_back(static_cast<std::byte>(value | 0x80));
  }
  output_.bytes.push_back(static_cast<std::byte>(value));
}

void Writer::write_text(std::string_view text) {
  text = text.substr(0, std::numeric_limits<std::int16_t>::max());
  write_text_length(static_cast<std::int64_t>(text.size()));
  append(output_.bytes, as_bytes(text));
}

void Writer::write_text_length(std::int64_t length) {
  ASSERT(length <= std::numeric_limits<std::int16_t>::max());
  if (flexible_) return write_unsigned_varint(static_cast<std::uint32_t>(length + 1));
  write_number(static_cast<std::int16_t>(length));
}

void Writer::write_blob_length(std::int64_t length) {
  ASSERT(length < std::numeric_limits<std::int32_t>::max());
  if (flexible_) return write_unsigned_varint(static_cast<std::uint32_t>(length + 1));
  write_number(static_cast<std::int32_t>(length));
}

void Writer::write_slices(const RecordSlices& records) {
  write_blob_length(static_cast<std::int64_t>(total_size(records.slices)));
  for (const Slice& slice : records.slices) {
    output_.splices.push_back({.at = output_.bytes.size(), .slice = slice});
  }
}

}  // namespace odradek::wire
