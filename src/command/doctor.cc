// SPDX-License-Identifier: Apache-2.0
#include "command/verbs.h"

#include <CLI/CLI.hpp>

#include <algorithm>

// odradek doctor: connects as a client does, and says which address is in the way.
namespace odradek::command {

using client::Address;
using client::BrokerConnection;

namespace {

bool is_loopback(const std::string& host) {
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

// Which line to change, for a broker that tells clients an address where they do not reach it.
std::string advice(const Address& told, const Address& dialled) {
  const std::string line =
      "advertised.listeners=PLAINTEXT://" + Address{dialled.host, told.port}.text();
  if (told.host == "0.0.0.0" || told.host == "::") {
    return "it advertises " + told.host + ", which is no address to connect to: set " + line;
  }
  if (is_loopback(told.host) && !is_loopback(dialled.host)) {
    return "it advertises " + told.host +
           ", which is the client's own machine for anybody but itself: set " + line;
  }
  return "what it advertises is not reachable from here: set " + line +
         ", or make the name or port reachable";
}

// Dials each of those that were named; those that answer are the ones to go on with.
std::vector<Address> dial(Session& session, Table& table) {
  std::vector<Address> answering;
  for (const Address& address : session.cluster().settings().bootstrap) {
    const auto opened =
        BrokerConnection::open(address, "odradek-doctor", session.cluster().settings().timeout);
    table.add({{"step", "bootstrap"},
               {"address", address.text()},
               {"result", opened ? "answers" : opened.error().context}});
    if (opened) answering.push_back(address);
  }
  return answering;
}

Result<> examine(Session& session) {
  Table table({"step", "broker", "address", "result"});
  const auto answering = dial(session, table);
  if (answering.empty()) {
    session.print(table);
    return Error{Fault::unreachable,
                 "none of the bootstrap addresses answers: is the broker running, and is this its "
                 "host and port?"};
  }
  TRY(const auto metadata, session.cluster().metadata({}));
  std::string complaint;
  for (const auto& each : metadata.brokers) {
    const Address told{each.host, static_cast<std::uint16_t>(each.port)};
    const auto opened =
        BrokerConnection::open(told, "odradek-doctor", session.cluster().settings().timeout);
    table.add({{"step", "advertised"},
               {"broker", each.node_id.value},
               {"address", told.text()},
               {"result", opened ? "answers" : opened.error().context}});
    if (!opened && complaint.empty()) {
      complaint =
          "broker " + std::to_string(each.node_id.value) + ": " + advice(told, answering.front());
    }
  }
  session.print(table);
  if (!complaint.empty()) return Error{Fault::refused, complaint};
  session.say("all is well: clients that reach the bootstrap address reach every broker");
  return {};
}

}  // namespace

void add_doctor(Verbs& verbs) {
  verbs.on(verbs.add(verbs.app(), "doctor",
                     "Connect as a client does, and say which setting is in the way"),
           &examine);
}

}  // namespace odradek::command
