// SPDX-License-Identifier: Apache-2.0
#include "command/record_text.h"

#include <boost/beast/core/detail/base64.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <array>
#include <ctime>
#include <limits>
#include <utility>

namespace odradek::command {
namespace {

namespace json = boost::json;
namespace base64 = boost::beast::detail::base64;

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xc0) == 0x80; }

// The length of the UTF-8 sequence that begins a text; 0 where none does.
std::size_t sequence_length(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if (!is_continuation(text[i])) return 0;
  }
  const auto second = static_cast<unsigned char>(text[1]);
  const bool is_overlong = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
  const bool is_outside = (first == 0xed && second > 0x9f) || (first == 0xf4 && second > 0x8f);
  return is_overlong || is_outside ? 0 : length;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string encode_base64(std::string_view bytes) {
  std::string text(base64::encoded_size(bytes.size()), '\0');
  text.resize(base64::encode(text.data(), bytes.data(), bytes.size()));
  return text;
}

void add_bytes(json::object& to, const std::string& name, const std::optional<Buffer>& bytes) {
  if (!bytes) {
    to[name] = nullptr;
    return;
  }
  const std::string_view text = as_text(*bytes);
  if (is_utf8(text)) {
    to[name] = text;
  } else {
    to[name + "_base64"] = encode_base64(text);
  }
}

Error wrong(std::string_view what) { return {Fault::invalid, std::string(what)}; }

Result<Buffer> decode_base64(std::string_view text) {
  Buffer bytes(base64::decoded_size(text.size()) + 1);
  const auto [written, read] = base64::decode(bytes.data(), text.data(), text.size());
  while (text.size() > read && text.back() == '=') text.remove_suffix(1);
  if (read != text.size()) return wrong("that is not base64");
  bytes.resize(written);
  return bytes;
}

// Text, or bytes in base64, or null, or nothing at all. What is neither text nor null is taken as
// JSON: {"value": {"id": 1}}.
Result<std::optional<Buffer>> read_bytes(const json::object& from, const std::string& name) {
  if (const auto* const encoded = from.if_contains(name + "_base64")) {
    if (!encoded->is_string()) return wrong(name + "_base64 has to be a text");
    const auto& text = encoded->get_string();
    TRY(Buffer bytes, decode_base64({text.data(), text.size()}));
    return std::optional<Buffer>(std::move(bytes));
  }
  const auto* const value = from.if_contains(name);
  if (!value || value->is_null()) return std::optional<Buffer>();
  const std::string text = value->is_string()
                               ? std::string(value->get_string().data(), value->get_string().size())
                               : json::serialize(*value);
  const Bytes bytes = as_bytes(text);
  return std::optional<Buffer>(Buffer(bytes.begin(), bytes.end()));
}

json::array headers_json(const client::ConsumerRecord& record) {
  json::array headers;
  for (const auto& [name, value] : record.headers) {
    json::object header{{"name", name}};
    std::optional<Buffer> bytes;
    if (value) bytes.emplace(as_bytes(*value).begin(), as_bytes(*value).end());
    add_bytes(header, "value", bytes);
    headers.push_back(std::move(header));
  }
  return headers;
}

Result<> read_headers(const json::value& headers, client::ProducerRecord& record) {
  if (!headers.is_array()) return wrong("headers have to be a list");
  for (const auto& each : headers.get_array()) {
    if (!each.is_object() || !each.get_object().contains("name") ||
        !each.get_object().at("name").is_string()) {
      return wrong("a header has to have a name");
    }
    TRY(const auto value, read_bytes(each.get_object(), "value"));
    const std::optional<std::string> text =
        value ? std::optional<std::string>(as_text(*value)) : std::nullopt;
    record.headers.emplace_back(each.get_object().at("name").get_string().c_str(), text);
  }
  return {};
}

char escaped(char letter) {
  constexpr std::array<std::pair<char, char>, 5> escapes{
      {{'n', '\n'}, {'t', '\t'}, {'r', '\r'}, {'\\', '\\'}, {'0', '\0'}}};
  for (const auto& [name, meaning] : escapes) {
    if (name == letter) return meaning;
  }
  return letter;
}

std::string headers_text(const client::ConsumerRecord& record) {
  std::string text;
  for (const auto& [name, value] : record.headers) {
    text += (text.empty() ? "" : ",") + name + "=" + value.value_or("NULL");
  }
  return text;
}

std::string field_text(char letter, const client::ConsumerRecord& record) {
  const auto text_of = [](const std::optional<Buffer>& bytes) {
    return bytes ? std::string(as_text(*bytes)) : std::string();
  };
  const auto size_of = [](const std::optional<Buffer>& bytes) {
    return bytes ? std::to_string(bytes->size()) : std::string("-1");
  };
  switch (letter) {
    case 't':
      return record.from.topic;
    case 'p':
      return std::to_string(record.from.partition.value);
    case 'o':
      return std::to_string(record.offset.value);
    case 'k':
      return text_of(record.key);
    case 'T':
      return std::to_string(record.timestamp.value);
    case 'h':
      return headers_text(record);
    case 'K':
      return size_of(record.key);
    case 'S':
      return size_of(record.value);
    case '%':
      return "%";
    default:
      return text_of(record.value);  // v, s: nothing else passes check_format()
  }
}

}  // namespace

json::object to_json(const client::ConsumerRecord& record) {
  json::object object{{"topic", record.from.topic},
                      {"partition", record.from.partition.value},
                      {"offset", record.offset.value},
                      {"timestamp", record.timestamp.value}};
  add_bytes(object, "key", record.key);
  add_bytes(object, "value", record.value);
  if (!record.headers.empty()) object["headers"] = headers_json(record);
  return object;
}

Result<client::ProducerRecord> from_json(std::string_view line) {
  boost::system::error_code failed;
  const json::value parsed = json::parse({line.data(), line.size()}, failed);
  if (failed) return wrong("not JSON: " + failed.message());
  if (!parsed.is_object())
    return wrong("a record has to be an object: {\"key\": ..., \"value\": ...}");
  const json::object& object = parsed.get_object();
  client::ProducerRecord record;
  if (const auto* const partition = object.if_contains("partition")) {
    const bool is_one = partition->is_int64() && partition->get_int64() >= 0 &&
                        partition->get_int64() <= std::numeric_limits<std::int32_t>::max();
    if (!is_one) return wrong("partition has to be a number");
    record.partition = PartitionId{static_cast<std::int32_t>(partition->get_int64())};
  }
  if (const auto* const time = object.if_contains("timestamp")) {
    if (!time->is_int64()) return wrong("timestamp has to be a number of milliseconds");
    record.timestamp = Timestamp{time->get_int64()};
  }
  TRY(record.key, read_bytes(object, "key"));
  TRY(record.value, read_bytes(object, "value"));
  if (const auto* const headers = object.if_contains("headers")) {
    TRY(read_headers(*headers, record));
  }
  return record;
}

Result<> check_format(std::string_view format) {
  constexpr std::string_view fields = "tpokvsThKS%";
  constexpr std::string_view escapes = "ntr\\0";
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%' && format[i] != '\\') continue;
    const std::string_view known = format[i] == '%' ? fields : escapes;
    const bool is_known = i + 1 < format.size() && known.find(format[i + 1]) != known.npos;
    if (!is_known) {
      return wrong(
          fmt::format("\"{}\" in a format: there are %t %p %o %k %v %T %h %K %S and %%, "
                      "\\n \\t \\r \\0 and \\\\",
                      format.substr(i, 2)));
    }
    ++i;
  }
  return {};
}

std::string formatted(std::string_view format, const client::ConsumerRecord& record) {
  std::string text;
  for (std::size_t i = 0; i < format.size(); ++i) {
    const bool is_last = i + 1 == format.size();
    if (format[i] == '%' && !is_last) {
      text += field_text(format[++i], record);
    } else if (format[i] == '\\' && !is_last) {
      text += escaped(format[++i]);
    } else {
      text += format[i];
    }
  }
  return text;
}

std::string time_text(Timestamp time) {
  const std::time_t seconds = time.value / 1000;
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(seconds), time.value % 1000);
}

}  // namespace odradek::command
