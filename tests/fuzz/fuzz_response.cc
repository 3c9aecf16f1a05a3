// SPDX-License-Identifier: Apache-2.0
// The body of a response; the first four bytes name API and version.
#include "fuzz/each_message.h"
#include "wire/reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace odradek;
  wire::Reader head(std::as_bytes(std::span(data, size)), 0, false);
  const auto key = head.read_number<std::int16_t>();
  const auto version = head.read_number<std::int16_t>();
  if (!head.ok()) return 0;
  test::for_message(key, [&]<class Request>() {
    if (!Request::api.versions.has(version)) return;
    wire::Reader body(head.rest(), version, Request::api.is_flexible(version));
    typename Request::Response response;
    body.read(response);
  });
  return 0;
}
