// SPDX-License-Identifier: Apache-2.0
#include "wire/messages.h"

#include "support/filler.h"
#include "wire/reader.h"
#include "wire/shape.h"
#include "wire/writer.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace odradek::wire {
namespace {

template <class Visit>
void for_each_request(Visit visit) {
  [&]<class... Request>(std::tuple<Request...>*) {
    (visit.template operator()<Request>(), ...);
  }(static_cast<AllRequests*>(nullptr));
}

template <class Message>
Buffer encode(const Message& message, Version version, bool flexible) {
  Output output;
  Writer(output, version, flexible).write(message);
  Buffer joined;  // slices included, as they travel
  std::size_t done = 0;
  for (const auto& splice : output.splices) {
    append(joined, Bytes(output.bytes).subspan(done, splice.at - done));
    append(joined, Bytes(splice.slice.memory, splice.slice.size));
    done = splice.at;
  }
  append(joined, Bytes(output.bytes).subspan(done));
  return joined;
}

// Written, read and written again, a message with every field set gives the same bytes.
template <class Message>
void expect_round_trip(const Api& api, Version version) {
  const bool flexible = api.is_flexible(version);
  Message message;
  test::Filler(version).fill(message);
  const Buffer bytes = encode(message, version, flexible);
  Message read;
  Reader reader(bytes, version, flexible);
  reader.read(read);
  ASSERT_TRUE(reader.done()) << static_cast<int>(api.key) << " v" << version;
  EXPECT_EQ(encode(read, version, flexible), bytes) << static_cast<int>(api.key) << " v" << version;
}

// No prefix of a message is a message, unless what is missing is nothing but absent tags.
template <class Message>
void expect_truncation_is_noticed(const Api& api, Version version) {
  const bool flexible = api.is_flexible(version);
  Message message;
  test::Filler(version).fill(message);
  const Buffer bytes = encode(message, version, flexible);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    Message read;
    Reader reader(Bytes(bytes).first(size), version, flexible);
    reader.read(read);
    ASSERT_FALSE(reader.ok()) << static_cast<int>(api.key) << " v" << version << " at " << size;
  }
}

template <class Test>
void at_every_version(Test test) {
  for_each_request([&]<class Request>() {
    for (Version v = Request::api.versions.first; v <= Request::api.versions.last; ++v) {
      test.template operator()<Request>(v);
      test.template operator()<typename Request::Response>(v, Request::api);
    }
  });
}

TEST(MessagesTest, EveryMessageSurvivesARoundTripAtEveryVersion) {
  at_every_version([]<class Message>(Version version, const Api& api = Message::api) {
    expect_round_trip<Message>(api, version);
  });
}

TEST(MessagesTest, EveryTruncationIsNoticed) {
  at_every_version([]<class Message>(Version version, const Api& api = Message::api) {
    expect_truncation_is_noticed<Message>(api, version);
  });
}

std::string all_shapes() {
  std::ostringstream shapes;
  for_each_request([&]<class Request>() {
    using Response = typename Request::Response;
    for (Version v = Request::api.versions.first; v <= Request::api.versions.last; ++v) {
      const bool flexible = Request::api.is_flexible(v);
      shapes << static_cast<int>(Request::api.key) << " v" << v << " request "
             << Shape::of<Request>(v, flexible) << '\n'
             << static_cast<int>(Request::api.key) << " v" << v << " response "
             << Shape::of<Response>(v, flexible) << '\n';
    }
  });
  return shapes.str();
}

// A change of the wire shows as a changed line here. UPDATE_GOLDEN=1 writes the file anew.
TEST(MessagesTest, ShapesAreThoseOfTheGoldenFile) {
  const std::string path = std::string(ODRADEK_GOLDEN) + "/shapes.txt";
  if (std::getenv("UPDATE_GOLDEN")) std::ofstream(path) << all_shapes();
  std::ifstream file(path);
  std::ostringstream golden;
  golden << file.rdbuf();
  EXPECT_EQ(all_shapes(), golden.str());
}

}  // namespace
}  // namespace odradek::wire
