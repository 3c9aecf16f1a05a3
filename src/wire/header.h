// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "wire/api.h"
#include "wire/reader.h"
#include "wire/writer.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace odradek::wire {

// What stands before every request: version 1, or 2 (tagged fields) before a flexible body. The
// client id is a plain nullable string in both.
struct RequestHeader {
  std::int16_t api_key = 0;  // raw: it may be one that we do not know
  Version api_version = 0;
  std::int32_t correlation_id = 0;
  std::optional<std::string_view> client_id;  // a view into the frame
};

// Reads the part that is the same for every API; what follows depends on `api_key`.
inline RequestHeader read_request_header(Reader& reader) {
  RequestHeader header;
  reader(header.api_key);
  reader(header.api_version);
  reader(header.correlation_id);
  reader(header.client_id, always, nullable());
  return header;
}

// Response header version 0, or 1 before a flexible body; ApiVersions always answers with 0, so
// that a client can read the answer before it knows what the broker speaks (KIP-511).
inline void write_response_header(Output& output, const Api& api, Version version,
                                  std::int32_t correlation_id) {
  Writer writer(output, version, false);
  writer.write_number(correlation_id);
  if (api.is_flexible(version) && api.key != ApiKey::api_versions) {
    writer.write_unsigned_varint(0);
  }
}

}  // namespace odradek::wire
