// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "client/consumer.h"
#include "client/producer.h"

#include <boost/json/object.hpp>

#include <string>
#include <string_view>

namespace odradek::command {

// A record as JSON: topic, partition, offset, timestamp, key, value, headers. Bytes that are not
// UTF-8 stand in base64 under "key_base64" and "value_base64", so that nothing is lost.
boost::json::object to_json(const client::ConsumerRecord& record);
// The other way; topic and offset are left to whoever writes it. Fault::invalid says what is wrong.
Result<client::ProducerRecord> from_json(std::string_view line);

// A record by a format: %t topic, %p partition, %o offset, %k key, %v or %s value, %T timestamp in
// milliseconds, %h headers, %K and %S the sizes of key and value, %% a percent sign; \n, \t, \r, \0
// and \\ as usual. Fault::invalid for anything else behind a percent sign or backslash.
Result<> check_format(std::string_view format);
std::string formatted(std::string_view format, const client::ConsumerRecord& record);

// "2026-11-29T12:30:00.250Z"
std::string time_text(Timestamp time);

}  // namespace odradek::command
