// SPDX-License-Identifier: Apache-2.0
#include "base/properties.h"

#include <gtest/gtest.h>

namespace odradek {

TEST(Properties, AreReadAsJavaReadsThem) {
  const auto read = parse_properties(
      "# words\n"
      "! more\n"
      "a=1\n"
      " b : two words \n"
      "long=one,\\\n"
      "     two\n"
      "path=C\\:\\\\data\\\\\n"
      "name\\=with=x=y\n"
      "tab=\\t|\n"
      "e=\\u00e9\\u20ac\n"
      "empty=\n");
  ASSERT_TRUE(read);
  const std::vector<std::pair<std::string, std::string>> expected{{"a", "1"},
                                                                  {"b", "two words"},
                                                                  {"long", "one,two"},
                                                                  {"path", R"(C:\data\)"},
                                                                  {"name=with", "x=y"},
                                                                  {"tab", "\t|"},
                                                                  {"e", "\xc3\xa9\xe2\x82\xac"},
                                                                  {"empty", ""}};
  std::vector<std::pair<std::string, std::string>> found;
  for (const Property& each : *read) found.emplace_back(each.name, each.value);
  EXPECT_EQ(found, expected);
}

TEST(Properties, ALineThatIsNoneOfThemIsNamed) {
  const auto read = parse_properties("a=1\nwhat is this\n");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().fault, Fault::invalid);
  EXPECT_NE(read.error().context.find("what is this"), std::string::npos);
}

}  // namespace odradek
