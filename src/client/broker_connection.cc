// SPDX-License-Identifier: Apache-2.0
#include "client/broker_connection.h"

#include "wire/error_name.h"

namespace odradek::client {
namespace {

constexpr std::size_t length_size = 4;
// What a broker may answer at once; more is taken for another protocol.
constexpr std::int32_t largest_answer = 256 << 20;

}  // namespace

Result<std::unique_ptr<BrokerConnection>> BrokerConnection::open(const Address& address,
                                                                 const std::string& client_id,
                                                                 Milliseconds timeout) {
  TRY(Socket socket, Socket::connect(address, timeout));
  std::unique_ptr<BrokerConnection> connection(
      new BrokerConnection(address, client_id, std::move(socket), timeout));
  TRY(connection->negotiate());
  return connection;
}

// A broker that does not know the newest version says so in version 0, with what it knows.
Result<> BrokerConnection::negotiate() {
  using wire::ApiVersionsRequest;
  const ApiVersionsRequest request{"odradek", ODRADEK_VERSION};
  wire::Version version = ApiVersionsRequest::api.versions.last;
  wire::Output output = begin(ApiVersionsRequest::api, version);
  wire::Writer(output, version, true).write(request);
  TRY(send(output));
  Buffer frame;
  TRY(receive(frame));
  if (load_big<std::int32_t>(frame.data()) != correlation_) {
    return malformed(ApiVersionsRequest::api);
  }
  const Bytes body = Bytes(frame).subspan(sizeof correlation_);
  const bool is_old =
      body.size() >= 2 && load_big<std::int16_t>(body.data()) ==
                              static_cast<std::int16_t>(wire::ErrorCode::unsupported_version);
  if (is_old) version = 0;
  wire::Reader reader(body, version, ApiVersionsRequest::api.is_flexible(version));
  reader.read(about_);
  if (!reader.ok()) return malformed(ApiVersionsRequest::api);
  if (about_.error_code != wire::ErrorCode::none && !is_old) {
    return Error{Fault::refused, address_.text() + ": " + std::string(name_of(about_.error_code))};
  }
  return {};
}

std::optional<wire::Version> BrokerConnection::version_of(const wire::Api& api,
                                                          wire::Version newest) const {
  for (const auto& each : about_.api_keys) {
    if (each.api_key != static_cast<std::int16_t>(api.key)) continue;
    const wire::Version version = std::min({each.max_version, api.versions.last, newest});
    const bool is_common = version >= each.min_version && version >= api.versions.first;
    if (is_common) return version;
  }
  return std::nullopt;
}

wire::Output BrokerConnection::begin(const wire::Api& api, wire::Version version) {
  wire::Output output;
  output.bytes.resize(length_size);
  wire::Writer header(output, 0, false);
  header(static_cast<std::int16_t>(api.key));
  header(version);
  header(++correlation_);
  header(client_id_);
  if (api.is_flexible(version)) header.write_unsigned_varint(0);
  return output;
}

Result<> BrokerConnection::send(wire::Output& output) {
  store_big(output.bytes.data(), static_cast<std::int32_t>(output.size() - length_size));
  return socket_.send(output.bytes, timeout_ + throttle_);
}

Result<> BrokerConnection::receive(Buffer& frame) {
  std::byte length[length_size];
  TRY(socket_.receive(length, timeout_ + throttle_));
  const auto size = load_big<std::int32_t>(length);
  if (size < static_cast<std::int32_t>(length_size) || size > largest_answer) {
    return Error{Fault::unreachable,
                 address_.text() + " does not speak Kafka's protocol without encryption"};
  }
  frame.resize(static_cast<std::size_t>(size));
  return socket_.receive(frame, timeout_);
}

Error BrokerConnection::unknown(const wire::Api& api) const {
  return Error{Fault::refused, "the broker at " + address_.text() + " does not serve API " +
                                   std::to_string(static_cast<int>(api.key)) +
                                   " in a version that is known here"};
}

Error BrokerConnection::malformed(const wire::Api& api) const {
  return Error{Fault::corrupt, "the answer of " + address_.text() + " to API " +
                                   std::to_string(static_cast<int>(api.key)) +
                                   " cannot be understood"};
}

}  // namespace odradek::client
