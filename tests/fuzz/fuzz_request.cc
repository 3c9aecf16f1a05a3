// SPDX-License-Identifier: Apache-2.0
// A whole request frame: header, then the body of whatever API and version it names. What is read
// must be written and read again the same.
#include "fuzz/each_message.h"
#include "wire/header.h"

#include <cstdlib>

namespace {

using namespace odradek;

template <class Request>
void read_and_write(wire::Reader& header, wire::Version version) {
  const bool flexible = Request::api.is_flexible(version);
  wire::Reader body(header.rest(), version, flexible);
  Request request;
  body.read(request);
  if (!body.ok()) return;
  wire::Output first;
  wire::Writer(first, version, flexible).write(request);
  wire::Reader again(first.bytes, version, flexible);
  Request copy;
  again.read(copy);
  wire::Output second;
  wire::Writer(second, version, flexible).write(copy);
  if (!again.done() || first.bytes != second.bytes) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  wire::Reader reader(std::as_bytes(std::span(data, size)), 0, false);
  const auto header = wire::read_request_header(reader);
  if (!reader.ok()) return 0;
  test::for_message(header.api_key, [&]<class Request>() {
    if (Request::api.versions.has(header.api_version)) {
      read_and_write<Request>(reader, header.api_version);
    }
  });
  return 0;
}
