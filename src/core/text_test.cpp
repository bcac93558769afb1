#include "core/text.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>

#include "core/bytes.h"

namespace wood {
namespace {

using Parts = std::vector<std::string>;

TEST(Text, SplitKeepsEmptyParts) {
  EXPECT_EQ(split("", ','), Parts{""});
  EXPECT_EQ(split("a", ','), Parts{"a"});
  EXPECT_EQ(split(",a,,b,", ','), (Parts{"", "a", "", "b", ""}));
}

RC_GTEST_PROP(Text, JoinUndoesSplit, (const std::string& text)) {
  RC_ASSERT(join(split(text, 'e'), "e") == text);
}

TEST(Text, TrimLowerReplace) {
  EXPECT_EQ(trim(" \t\r\na b\n"), "a b");
  EXPECT_EQ(trim(" \t"), "");
  EXPECT_EQ(trim(""), "");
  EXPECT_EQ(lower("AZaz09[@\xC3\x84"), "azaz09[@\xC3\x84");
  EXPECT_EQ(replace_all("aaa", "a", "aa"), "aaaaaa");
  EXPECT_EQ(replace_all("aaa", "aa", ""), "a");
  EXPECT_DEATH((void)replace_all("a", "", "b"), "from");
}

TEST(Text, ToInt) {
  EXPECT_EQ(to_int("0"), 0);
  EXPECT_EQ(to_int("-9223372036854775808"), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(to_int("9223372036854775807"), std::numeric_limits<std::int64_t>::max());
  for (const char* bad : {"", "-", "+1", " 1", "1 ", "1.0", "0x1", "1e3", "9223372036854775808"})
    EXPECT_FALSE(to_int(bad)) << bad;
}

TEST(Text, NearestName) {
  const Parts names = {"tick", "price", "volume", "a"};
  EXPECT_EQ(nearest_name("tik", names), "tick");
  EXPECT_EQ(nearest_name("prise", names), "price");
  EXPECT_EQ(nearest_name("volumes", names), "volume");
  EXPECT_EQ(nearest_name("colour", names), "");
  EXPECT_EQ(nearest_name("b", names), "");  // another letter is no misspelling
  EXPECT_EQ(nearest_name("", names), "");
  EXPECT_EQ(nearest_name("price", {}), "");
}

TEST(Text, ClipKeepsCharactersWhole) {
  EXPECT_EQ(clip("abc", 3), "abc");
  EXPECT_EQ(clip("abc", 2), "ab");
  EXPECT_EQ(clip("a\xE2\x82\xAC", 3), "a");
  EXPECT_EQ(clip("\xE2\x82\xAC", 2), "");
  EXPECT_EQ(clip("abc", 0), "");
}

RC_GTEST_PROP(Text, AClipIsTheLongestWellFormedPrefix, (const std::string& raw)) {
  const std::string text = to_utf8(raw);
  const auto bytes_max = *rc::gen::inRange<std::size_t>(0, text.size() + 4);
  const auto cut = clip(text, bytes_max);
  RC_ASSERT(cut.size() <= bytes_max);
  RC_ASSERT(is_utf8(cut));
  RC_ASSERT(text.starts_with(cut));
  for (std::size_t more = cut.size() + 1; more <= std::min(bytes_max, text.size()); ++more)
    RC_ASSERT(!is_utf8(std::string_view(text).substr(0, more)));
}

TEST(Text, Decimal) {
  EXPECT_EQ(decimal(1234, 3), "1.234");
  EXPECT_EQ(decimal(-50, 3, 1), "-0.1");
  EXPECT_EQ(decimal(-49, 3, 1), "0.0");
  EXPECT_EQ(decimal(1249, 3, 1), "1.2");
  EXPECT_EQ(decimal(1250, 3, 1), "1.3");
  EXPECT_EQ(decimal(9999, 3, 2), "10.00");
  EXPECT_EQ(decimal(5, 3), "0.005");
  EXPECT_EQ(decimal(-5, 3), "-0.005");
  EXPECT_EQ(decimal(1500, 3, 0), "2");
  EXPECT_EQ(decimal(7, 0), "7");
  EXPECT_EQ(decimal(std::numeric_limits<std::int64_t>::min(), 3), "-9223372036854775.808");
  EXPECT_EQ(decimal(std::numeric_limits<std::int64_t>::max(), 18), "9.223372036854775807");
}

}  // namespace
}  // namespace wood
