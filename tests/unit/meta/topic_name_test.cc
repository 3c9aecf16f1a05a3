// SPDX-License-Identifier: Apache-2.0
#include "meta/topic_name.h"

#include <gtest/gtest.h>

namespace odradek::meta {
namespace {

TEST(TopicNameTest, TakesWhatKafkaTakes) {
  for (const std::string& name :
       {std::string("a"), std::string("A.b_c-9"), std::string("..."), std::string(249, 'x')}) {
    EXPECT_FALSE(topic_name_fault(name)) << name;
  }
}

TEST(TopicNameTest, RefusesWhatWouldLeaveTheDirectoryOrConfuse) {
  for (const std::string& name :
       {std::string(""), std::string("."), std::string(".."), std::string("../x"),
        std::string("a/b"), std::string("a b"), std::string("a\0b", 3), std::string("\xff"),
        std::string(250, 'x')}) {
    EXPECT_TRUE(topic_name_fault(name)) << name;
  }
}

TEST(TopicNameTest, NamesCollideThatDifferInDotsAndUnderscores) {
  EXPECT_EQ(collision_key("a.b"), collision_key("a_b"));
  EXPECT_NE(collision_key("a-b"), collision_key("a_b"));
}

}  // namespace
}  // namespace odradek::meta
