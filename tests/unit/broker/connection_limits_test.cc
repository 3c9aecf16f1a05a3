// SPDX-License-Identifier: Apache-2.0
#include "broker/connection_limits.h"

#include <gtest/gtest.h>

namespace odradek::broker {
namespace {

TEST(ConnectionLimitsTest, ReadsAddressesOfBothKinds) {
  const auto read = parse_connection_overrides("127.0.0.1:100,::1:5,fe80::1:0");
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, (ConnectionOverrides{{"127.0.0.1", 100}, {"::1", 5}, {"fe80::1", 0}}));
  EXPECT_TRUE(parse_connection_overrides("")->empty());
}

TEST(ConnectionLimitsTest, LocalhostIsBothLoopbacks) {
  EXPECT_EQ(*parse_connection_overrides("localhost:3"),
            (ConnectionOverrides{{"127.0.0.1", 3}, {"::1", 3}}));
}

TEST(ConnectionLimitsTest, SaysWhatIsWrong) {
  for (const char* wrong : {"127.0.0.1", "127.0.0.1:x", "127.0.0.1:-1", "host:1", ":1", ","}) {
    EXPECT_FALSE(connection_overrides_fault(wrong).empty()) << wrong;
  }
  EXPECT_EQ(connection_overrides_fault("127.0.0.1:1"), "");
}

}  // namespace
}  // namespace odradek::broker
