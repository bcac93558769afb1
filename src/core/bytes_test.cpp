#include "core/bytes.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace wood {
namespace {

using namespace std::string_literals;

TEST(Bytes, HexKnownAnswers) {
  EXPECT_EQ(hex("\x00\x9f\xff"s), "009fff");
  EXPECT_EQ(from_hex("009FfF"), "\x00\x9f\xff"s);
  EXPECT_EQ(from_hex(""), "");
  for (const char* bad : {"0", "0g", "g0", " 00", "0x00", "00\n0"})
    EXPECT_FALSE(from_hex(bad)) << bad;
}

// RFC 4648, section 10.
TEST(Bytes, Base64KnownAnswers) {
  const std::pair<const char*, const char*> known[] = {{"", ""},
                                                       {"f", "Zg=="},
                                                       {"fo", "Zm8="},
                                                       {"foo", "Zm9v"},
                                                       {"foob", "Zm9vYg=="},
                                                       {"fooba", "Zm9vYmE="},
                                                       {"foobar", "Zm9vYmFy"}};
  for (const auto& [raw, text] : known) {
    EXPECT_EQ(base64(raw), text);
    EXPECT_EQ(from_base64(text), raw);
  }
  EXPECT_EQ(base64("\xff\xef\xbe"), "/+++");
}

TEST(Bytes, Base64IsStrict) {
  for (const char* bad : {"Z", "Zg", "Zg=", "Zg==Zg==", "Zh==", "Zm9=", "=Zg=", "Z===", "====",
                          "Zm9v\n", "Zm 9", "Zm9_", "Zg==\n\n\n\n", "Z=g="})
    EXPECT_FALSE(from_base64(bad)) << bad;
}

RC_GTEST_PROP(Bytes, SpellingsRoundTrip, (const std::string& raw)) {
  RC_ASSERT(from_hex(hex(raw)) == raw);
  RC_ASSERT(from_base64(base64(raw)) == raw);
}

TEST(Bytes, LittleEndian) {
  Bytes out;
  put_u32le(out, 0x01020304);
  put_u64le(out, 0xA1A2A3A4A5A6A7A8ULL);
  EXPECT_EQ(hex(out), "04030201a8a7a6a5a4a3a2a1");
}

// Unicode 15, table 3-7: the first and last of each row, and each one's neighbour outside.
TEST(Utf8, WellFormedRanges) {
  for (const std::string& good :
       {"\x00"s, "\x7f"s, "\xC2\x80"s, "\xDF\xBF"s, "\xE0\xA0\x80"s, "\xE0\xBF\xBF"s,
        "\xE1\x80\x80"s, "\xEC\xBF\xBF"s, "\xED\x80\x80"s, "\xED\x9F\xBF"s, "\xEE\x80\x80"s,
        "\xEF\xBF\xBF"s, "\xF0\x90\x80\x80"s, "\xF0\xBF\xBF\xBF"s, "\xF1\x80\x80\x80"s,
        "\xF3\xBF\xBF\xBF"s, "\xF4\x80\x80\x80"s, "\xF4\x8F\xBF\xBF"s}) {
    EXPECT_TRUE(is_utf8(good)) << hex(good);
    EXPECT_EQ(to_utf8(good), good);
  }
  for (const std::string& bad :
       {"\x80"s, "\xBF"s, "\xC0\x80"s, "\xC1\xBF"s, "\xC2"s, "\xC2\x7f"s, "\xC2\xC0"s,
        "\xE0\x9F\xBF"s, "\xE0\xA0"s, "\xED\xA0\x80"s, "\xED\xBF\xBF"s, "\xF0\x8F\xBF\xBF"s,
        "\xF0\x90\x80"s, "\xF4\x90\x80\x80"s, "\xF5\x80\x80\x80"s, "\xFE"s, "\xFF"s,
        "\xF8\x88\x80\x80\x80"s}) {
    EXPECT_FALSE(is_utf8(bad)) << hex(bad);
    EXPECT_TRUE(is_utf8(to_utf8(bad))) << hex(bad);
  }
}

// Long text is looked at eight bytes at a time: the place of what is wrong must not matter.
TEST(Utf8, OneBadByteIsSeenAtAnyPlace) {
  for (std::size_t size = 1; size <= 40; ++size)
    for (std::size_t at = 0; at < size; ++at) {
      std::string text(size, 'a');
      EXPECT_TRUE(is_utf8(text));
      text[at] = '\x80';
      EXPECT_FALSE(is_utf8(text)) << size << " " << at;
      text[at] = '\xC3';  // a lead byte without what must follow
      EXPECT_FALSE(is_utf8(text)) << size << " " << at;
      if (at + 1 < size) text[at + 1] = '\xA9';
      EXPECT_EQ(is_utf8(text), at + 1 < size) << size << " " << at;
    }
}

// Tables 3-8 to 3-11: what is replaced by one U+FFFD each.
TEST(Utf8, ReplacementFollowsTheStandardsTables) {
  const std::string r = "\xEF\xBF\xBD";
  EXPECT_EQ(to_utf8("\xC0\xAF\xE0\x80\xBF\xF0\x81\x82\x41"), r + r + r + r + r + r + r + r + "A");
  EXPECT_EQ(to_utf8("\xED\xA0\x80\xED\xBF\xBF\xED\xAF\x41"), r + r + r + r + r + r + r + r + "A");
  EXPECT_EQ(to_utf8("\xF4\x91\x92\x93\xFF\x41\x80\xBF\x42"), r + r + r + r + r + "A" + r + r + "B");
  EXPECT_EQ(to_utf8("\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41"), r + r + r + r + "A");
}

RC_GTEST_PROP(Utf8, RepairGivesWellFormedAndLeavesItAlone, (const std::string& raw)) {
  const std::string repaired = to_utf8(raw);
  RC_ASSERT(is_utf8(repaired));
  RC_ASSERT(to_utf8(repaired) == repaired);
  RC_ASSERT(is_utf8(raw) == (repaired == raw));
}

}  // namespace
}  // namespace wood
