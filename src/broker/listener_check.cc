// SPDX-License-Identifier: Apache-2.0
#include "broker/listener_check.h"

#include "base/text.h"
#include "broker/listener.h"
#include "log/posix_file_system.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

namespace odradek::broker {
namespace {

// "NAME:PROTOCOL,..." as a protocol for a name; a name that is not there stands for itself.
std::string protocol_of(std::string_view map, const std::string& name) {
  while (!map.empty()) {
    const std::string_view entry = take_part(map, ',');
    const auto colon = entry.find(':');
    if (entry.substr(0, colon) == name && colon != std::string_view::npos) {
      return std::string(entry.substr(colon + 1));
    }
  }
  return name;
}

// How to make something of a store that only Java reads; nothing where it is none.
std::string advice_on_store(const BrokerOptions& options) {
  const OptionBase* const location = options.find_option("ssl.keystore.location");
  if (!location || !location->text()) return {};
  const std::string path = *location->text();
  log::PosixFileSystem files;
  const auto content = files.read_file(path);
  constexpr std::array magic{std::byte{0xfe}, std::byte{0xed}, std::byte{0xfe}, std::byte{0xed}};
  const bool is_jks = content && content->size() >= magic.size() &&
                      std::equal(magic.begin(), magic.end(), content->begin());
  if (!is_jks) return {};
  return "; and " + path +
         " is a JKS store, which only Java reads: keytool -importkeystore -srckeystore " + path +
         " -destkeystore " + path + ".p12 -deststoretype PKCS12 converts it";
}

Error contradiction(std::string what) { return {Fault::invalid, std::move(what)}; }

std::string shown(const Endpoint& endpoint) {
  return endpoint.name + "://" + endpoint.host + ":" + std::to_string(endpoint.port);
}

Result<> check_names_and_ports(const std::vector<Endpoint>& listeners) {
  std::set<std::string> names;
  for (const Endpoint& each : listeners) {
    if (!names.insert(each.name).second) {
      return contradiction("listeners names " + each.name +
                           " twice: give each listener a name of its own");
    }
    const auto same = std::find_if(listeners.begin(), listeners.end(), [&](const Endpoint& other) {
      return &other != &each && other.port == each.port && other.port != 0 &&
             other.host == each.host;
    });
    if (same == listeners.end()) continue;
    return contradiction("listeners " + shown(each) + " and " + shown(*same) +
                         " have the same port: give each a port of its own");
  }
  return {};
}

}  // namespace

Result<> check_listeners(const BrokerOptions& options) {
  TRY(const auto listeners, parse_endpoints(*options.listeners));
  TRY(check_names_and_ports(listeners));
  if (!*options.advertised_listeners) return {};
  TRY(const auto advertised, parse_endpoints(**options.advertised_listeners));
  for (const Endpoint& each : advertised) {
    const bool is_there = std::any_of(listeners.begin(), listeners.end(),
                                      [&](const Endpoint& own) { return own.name == each.name; });
    if (!is_there) {
      return contradiction("advertised.listeners names " + each.name +
                           ", which listeners does not: add " + each.name +
                           "://:" + std::to_string(each.port) + " to listeners");
    }
    if (each.host == "0.0.0.0" || each.host == "::" || each.host.empty()) {
      return contradiction("advertised.listeners tells clients to connect to " + shown(each) +
                           ", which is no address of this machine: name the host that they reach");
    }
  }
  return {};
}

Result<> check_protocol(const std::string& name, const BrokerOptions& options) {
  const auto protocol = protocol_of(*options.listener_security_protocol_map, name);
  if (protocol == "PLAINTEXT") return {};
  return Error{Fault::invalid, "listener " + name + " wants " + protocol +
                                   ": only PLAINTEXT is served so far" + advice_on_store(options)};
}

Result<std::string> listeners_for(const std::string& advertised) {
  TRY(const auto endpoints, parse_endpoints(advertised));
  std::string text;
  for (const Endpoint& each : endpoints) {
    text += (text.empty() ? "" : ",") + each.name + "://0.0.0.0:" + std::to_string(each.port);
  }
  return text;
}

}  // namespace odradek::broker
