// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "broker/exchange.h"
#include "wire/api.h"
#include "wire/reader.h"

#include <cstdint>
#include <span>

namespace odradek::broker {

// An API that this broker serves.
struct ApiEntry {
  wire::Api api;
  // What ApiVersions says; more than is served only where old clients need to see it.
  wire::Versions advertised;
  // May later requests of the connection be executed while this one waits?
  bool may_be_overtaken;
  // Decodes the body, which must be in a served version, and hands it to its handler. Bytes that
  // cannot be decoded close the connection.
  void (*serve)(wire::Reader& reader, const ExchangePtr& exchange);
};

// All of them, in the order of their keys: the dispatch, the list for readers and the answer to
// ApiVersions.
std::span<const ApiEntry> served_apis();

// Serves the request whose header has been read. A key or version that is not served closes the
// connection, except for ApiVersions (KIP-511). Returns whether later requests may overtake it.
bool serve(const ExchangePtr& exchange, wire::Reader& reader);

}  // namespace odradek::broker
