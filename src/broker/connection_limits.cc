// SPDX-License-Identifier: Apache-2.0
#include "broker/connection_limits.h"

#include "base/parse_number.h"
#include "base/text.h"

#include <boost/asio/ip/address.hpp>

namespace odradek::broker {

Result<ConnectionOverrides> parse_connection_overrides(std::string_view text) {
  ConnectionOverrides overrides;
  while (!text.empty()) {
    const std::string_view entry = take_part(text, ',');
    const auto colon = entry.rfind(':');
    const std::string host(entry.substr(0, colon));
    const auto most = colon == std::string_view::npos
                          ? std::nullopt
                          : parse_number<std::int32_t>(entry.substr(colon + 1));
    if (!most || *most < 0) {
      return Error{Fault::invalid,
                   "\"" + std::string(entry) + "\" is not of the form address:number"};
    }
    if (host == "localhost") {
      overrides["127.0.0.1"] = overrides["::1"] = *most;
      continue;
    }
    boost::system::error_code failed;
    const auto address = boost::asio::ip::make_address(host, failed);
    if (failed) return Error{Fault::invalid, "\"" + host + "\" is not an address"};
    overrides[address.to_string()] = *most;
  }
  return overrides;
}

std::string connection_overrides_fault(std::string_view text) {
  const auto overrides = parse_connection_overrides(text);
  return overrides ? std::string() : overrides.error().context;
}

}  // namespace odradek::broker
