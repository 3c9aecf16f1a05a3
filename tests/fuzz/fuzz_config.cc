// SPDX-License-Identifier: Apache-2.0
// A properties file, and every setting in it.
#include "broker/config_sources.h"
#include "broker/listener.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace odradek;
  const std::string text(as_text(std::as_bytes(std::span(data, size))));
  (void)broker::parse_endpoints(text);
  const auto settings = broker::read_properties(text);
  if (!settings) return 0;
  broker::BrokerOptions options;
  std::vector<std::string> warnings;
  (void)broker::apply(options, *settings, warnings);
  return 0;
}
