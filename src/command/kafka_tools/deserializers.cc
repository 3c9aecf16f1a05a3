// SPDX-License-Identifier: Apache-2.0
#include "command/kafka_tools/deserializers.h"

#include "command/kafka_tools/java_text.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <string_view>
#include <utility>

namespace odradek::command::kafka_tools {
namespace {

Error wrong_size(const char* name, std::size_t size) {
  return {Fault::corrupt,
          std::string("Size of data received by ") + name + " is not " + std::to_string(size)};
}

template <class Number>
struct NameOf;
template <>
struct NameOf<std::int16_t> {
  static constexpr const char* value = "ShortDeserializer";
};
template <>
struct NameOf<std::int32_t> {
  static constexpr const char* value = "IntegerDeserializer";
};
template <>
struct NameOf<std::int64_t> {
  static constexpr const char* value = "LongDeserializer";
};

template <class Number>
Result<std::string> integer(Bytes bytes) {
  if (bytes.size() != sizeof(Number)) return wrong_size(NameOf<Number>::value, sizeof(Number));
  return std::to_string(load_big<Number>(bytes.data()));
}

Result<std::string> float_number(Bytes bytes) {
  if (bytes.size() != sizeof(float)) return wrong_size("FloatDeserializer", sizeof(float));
  return java_text(std::bit_cast<float>(load_big<std::int32_t>(bytes.data())));
}

Result<std::string> double_number(Bytes bytes) {
  if (bytes.size() != sizeof(double)) return wrong_size("DoubleDeserializer", sizeof(double));
  return java_text(std::bit_cast<double>(load_big<std::int64_t>(bytes.data())));
}

Result<std::string> boolean(Bytes bytes) {
  if (bytes.size() != 1) return wrong_size("BooleanDeserializer", 1);
  if (bytes[0] == std::byte{1}) return std::string("true");
  if (bytes[0] == std::byte{0}) return std::string("false");
  return Error{Fault::corrupt, "Unexpected byte received by BooleanDeserializer"};
}

// Also for UUIDs, which Kafka writes as text, and for bytes as they are.
Result<std::string> text(Bytes bytes) { return std::string(as_text(bytes)); }

Result<std::string> nothing(Bytes) { return std::string("null"); }

}  // namespace

Deserializer find_deserializer(const std::string& name) {
  constexpr std::string_view package = "org.apache.kafka.common.serialization.";
  constexpr std::array<std::pair<std::string_view, Deserializer>, 10> known{
      {{"StringDeserializer", &text},
       {"UUIDDeserializer", &text},
       {"ByteArrayDeserializer", &text},
       {"BytesDeserializer", &text},
       {"ShortDeserializer", &integer<std::int16_t>},
       {"IntegerDeserializer", &integer<std::int32_t>},
       {"LongDeserializer", &integer<std::int64_t>},
       {"FloatDeserializer", &float_number},
       {"DoubleDeserializer", &double_number},
       {"BooleanDeserializer", &boolean}}};
  if (!name.starts_with(package)) return nullptr;
  const std::string_view simple = std::string_view(name).substr(package.size());
  if (simple == "VoidDeserializer") return &nothing;
  const auto found = std::find_if(known.begin(), known.end(),
                                  [&](const auto& each) { return each.first == simple; });
  return found == known.end() ? nullptr : found->second;
}

}  // namespace odradek::command::kafka_tools
