// SPDX-License-Identifier: Apache-2.0
#include "base/option.h"

#include <gtest/gtest.h>

namespace odradek {
namespace {

struct Options : OptionSet {
  Option<std::int32_t> size{*this, {"some.size", "A size."}, 10, at_least(5)};
  Option<bool> flag{*this, {"some.flag", "A flag."}, false};
  Option<OptionList> words{*this, {"some.words", "Words."}, {"a"}, {.of = {"a", "b"}}};
  Option<std::string> kind{*this, {"some.kind", "A kind."}, "x", {.one_of = {"x", "y"}}};
  Option<std::optional<std::int32_t>> maybe{*this, {"some.maybe", "Not always."}, std::nullopt};
};

TEST(OptionTest, TakesWhatItsTypeAndRangeAllow) {
  Options options;
  ASSERT_TRUE(options.size.set(" 7 "));
  EXPECT_EQ(*options.size, 7);
  ASSERT_TRUE(options.flag.set("true"));
  EXPECT_TRUE(*options.flag);
  ASSERT_TRUE(options.words.set("b, a"));
  EXPECT_EQ(options.words.text(), "b,a");
  ASSERT_TRUE(options.maybe.set("3"));
  EXPECT_EQ(options.maybe.text(), "3");
}

TEST(OptionTest, RefusesTheRestAndKeepsItsValue) {
  Options options;
  for (const char* wrong : {"4", "7x", "", "99999999999", "true"}) {
    EXPECT_FALSE(options.size.set(wrong)) << wrong;
  }
  EXPECT_FALSE(options.flag.set("yes"));
  EXPECT_FALSE(options.words.set("a,c"));
  EXPECT_FALSE(options.kind.set("z"));
  EXPECT_EQ(*options.size, 10);
  EXPECT_EQ(*options.kind, "x");
}

TEST(OptionTest, SaysWhichSettingIsWrongAndWhy) {
  Options options;
  EXPECT_EQ(options.size.set("4").error().context,
            "Invalid value 4 for configuration some.size: Value must be at least 5");
}

TEST(OptionTest, AnEmptyListAndNoValueAreDifferent) {
  Options options;
  ASSERT_TRUE(options.words.set(""));
  EXPECT_EQ(options.words.text(), "");
  EXPECT_EQ(options.maybe.text(), std::nullopt);
}

TEST(OptionTest, FindsTheNearestName) {
  EXPECT_EQ(nearest_name("log.retention.hour", {"log.retention.hours", "num.partitions"}),
            "log.retention.hours");
  EXPECT_EQ(nearest_name("zzz", {"log.retention.hours", "num.partitions"}), "");
}

}  // namespace
}  // namespace odradek
