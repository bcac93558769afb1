#include "core/json.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>

#include "core/bytes.h"

namespace wood {
namespace {

using namespace std::string_literals;

std::string canonical(std::string_view text, Floats floats = Floats::refuse) {
  const auto parsed = parse_json(text, floats);
  return parsed ? parsed->dump() : "error: " + parsed.error().what;
}

std::string fault_of(std::string_view text) {
  const auto parsed = parse_json(text);
  return parsed ? "none" : parsed.error().what;
}

// RFC 8785, 3.2.3: the example of property sorting, by UTF-16 code units. The two last keys show
// that this is not code point order: U+1F600 (D83D DE00) comes before U+FB33.
TEST(Json, Rfc8785KeyOrder) {
  EXPECT_EQ(
      canonical(R"({"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet)"
                R"( With Dagesh","1":"One","\ud83d\ude00":"Emoji: Grinning Face","\u0080":)"
                R"("Control","\u00f6":"Latin Small Letter O With Diaeresis"})"),
      "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\xC2\x80\":\"Control\",\"\xC3\xB6\":"
      "\"Latin Small Letter O With Diaeresis\",\"\xE2\x82\xAC\":\"Euro Sign\",\"\xF0\x9F\x98\x80\":"
      "\"Emoji: Grinning Face\",\"\xEF\xAC\xB3\":\"Hebrew Letter Dalet With Dagesh\"}");
}

std::u16string utf16(std::u32string_view points) {
  std::u16string out;
  for (const char32_t c : points) {
    if (c < 0x10000) {
      out += static_cast<char16_t>(c);
    } else {
      out += static_cast<char16_t>(0xD800 + ((c - 0x10000) >> 10));
      out += static_cast<char16_t>(0xDC00 + ((c - 0x10000) & 0x3FF));
    }
  }
  return out;
}

std::string utf8(std::u32string_view points) {
  std::string out;
  for (const char32_t c : points) {
    const auto tail = [&](int shift) { out += static_cast<char>(0x80 | (c >> shift & 0x3F)); };
    if (c < 0x80) {
      out += static_cast<char>(c);
    } else if (c < 0x800) {
      out += static_cast<char>(0xC0 | c >> 6);
      tail(0);
    } else if (c < 0x10000) {
      out += static_cast<char>(0xE0 | c >> 12);
      tail(6), tail(0);
    } else {
      out += static_cast<char>(0xF0 | c >> 18);
      tail(12), tail(6), tail(0);
    }
  }
  return out;
}

rc::Gen<std::u32string> unicode() {
  const auto point = rc::gen::oneOf(
      rc::gen::inRange<std::uint32_t>(0, 0x80), rc::gen::inRange<std::uint32_t>(0x80, 0xD800),
      rc::gen::inRange<std::uint32_t>(0xE000, 0x10000),
      rc::gen::inRange<std::uint32_t>(0x10000, 0x110000),
      rc::gen::element<std::uint32_t>(0xD7FF, 0xE000, 0xFFFF, 0x10000, 0x10FFFF));
  return rc::gen::map(
      rc::gen::container<std::vector<std::uint32_t>>(point),
      [](const auto& points) { return std::u32string(points.begin(), points.end()); });
}

RC_GTEST_PROP(Json, Utf16LessIsTheOrderOfCodeUnits, ()) {
  auto a = *unicode();
  auto b = *unicode();
  if (*rc::gen::arbitrary<bool>()) b = a.substr(0, a.size() / 2) + b;  // a common prefix
  RC_ASSERT(utf16_less(utf8(a), utf8(b)) == (utf16(a) < utf16(b)));
}

TEST(Json, ShortestEscapes) {
  EXPECT_EQ(canonical(R"("\u0000\u0007\b\t\n\u000b\f\r\u001b\"\\\/\u007f\u0041\u2028")"),
            "\"\\u0000\\u0007\\b\\t\\n\\u000b\\f\\r\\u001b\\\"\\\\/\x7f"
            "A\xE2\x80\xA8\"");
}

// Text is looked at eight bytes at a time: every byte must be escaped, or not, at any place.
TEST(Json, EveryByteIsEscapedAtAnyPlace) {
  for (std::size_t size = 1; size <= 20; ++size)
    for (std::size_t at = 0; at < size; ++at)
      for (int byte = 0; byte < 0x80; ++byte) {
        std::string text(size, 'a');
        text[at] = static_cast<char>(byte);
        const std::string written = Json(text).dump();
        const bool escaped = byte < 0x20 || byte == '"' || byte == '\\';
        EXPECT_EQ(written.find('\\') == at + 1, escaped) << size << " " << at << " " << byte;
        EXPECT_EQ(written.size() > size + 2, escaped) << size << " " << at << " " << byte;
        const auto read = parse_json(written);
        ASSERT_TRUE(read) << size << " " << at << " " << byte;
        EXPECT_EQ(read->string(), text);
      }
}

TEST(Json, LiteralsAndNesting) {
  EXPECT_EQ(canonical(" { \"b\" : [ true , false , null , -0 , { } , [ ] ] , \"a\" : \"\" } "),
            R"({"a":"","b":[true,false,null,0,{},[]]})");
}

// Beyond 2^53 - 1 a reader with doubles would lose digits: a string then, and integer() reads both.
TEST(Json, BigIntegersAreStrings) {
  EXPECT_EQ(Json(9'007'199'254'740'991).dump(), "9007199254740991");
  EXPECT_EQ(Json(9'007'199'254'740'992).dump(), "\"9007199254740992\"");
  EXPECT_EQ(Json(-9'007'199'254'740'991).dump(), "-9007199254740991");
  EXPECT_EQ(Json(-9'007'199'254'740'992).dump(), "\"-9007199254740992\"");
  EXPECT_EQ(canonical("9223372036854775807"), "\"9223372036854775807\"");
  EXPECT_EQ(canonical("-9223372036854775808"), "\"-9223372036854775808\"");
}

RC_GTEST_PROP(Json, IntegersSurviveTheCanonicalText, (std::int64_t value)) {
  Json object = Json::object({{"n", value}});
  const auto read = parse_json(object.dump());
  RC_ASSERT(read.has_value());
  RC_ASSERT(read->at("n").integer() == value);
  RC_ASSERT(read->int_or("n", ~value) == value);
  RC_ASSERT(read->at("n").is_integer());
}

TEST(Json, IsIntegerTakesOnlyWhatDumpWrites) {
  for (const char* no :
       {"12", "9007199254740991", "09007199254740992", "9223372036854775808", "", "-"})
    EXPECT_FALSE(Json(no).is_integer()) << no;
  for (const char* yes : {"9007199254740992", "-9007199254740992", "-9223372036854775808"})
    EXPECT_TRUE(Json(yes).is_integer()) << yes;
  EXPECT_TRUE(Json(12).is_integer());
  EXPECT_FALSE(Json(true).is_integer());
  EXPECT_EQ(Json::object({{"n", "12"}}).int_or("n", -1), -1);
}

TEST(JsonDeathTest, AnUnsignedValueThatWouldTurnNegativeIsABug) {
  EXPECT_DEATH((void)Json(~0ULL), "in_range");
  EXPECT_EQ(Json(0x7fffffffffffffffULL).integer(), std::numeric_limits<std::int64_t>::max());
}

TEST(Json, NumbersOutsideTheLedgersKindAreNamed) {
  EXPECT_EQ(fault_of("[1.5]"), "number 1.5 is not an integer");
  EXPECT_EQ(fault_of("[1e3]"), "number 1e3 is not an integer");
  EXPECT_EQ(fault_of("[9223372036854775808]"), "number beyond 64 bits");
  EXPECT_EQ(fault_of("[18446744073709551616]"), "number beyond 64 bits");
  EXPECT_EQ(fault_of("[-9223372036854775809]"), "number beyond 64 bits");
}

TEST(Json, ModelsFloatsAreRoundedHalfAwayFromZero) {
  EXPECT_EQ(canonical("[0.5,-0.5,1.4,2.5,-0.0,1e3,1.5e-9]", Floats::nearest),
            "[1,-1,1,3,0,1000,0]");
  for (const char* big : {"1e19", "-1e19", "1e300", "9.3e18", "99999999999999999999"})
    EXPECT_NE(canonical(big, Floats::nearest).find("beyond 64 bits"), std::string::npos) << big;
}

TEST(Json, RefusesWhatIsNotStrict) {
  for (const std::string& bad : {""s,
                                 " "s,
                                 "{"s,
                                 "[1,]"s,
                                 "{\"a\":1,}"s,
                                 "{a:1}"s,
                                 "'a'"s,
                                 "// c\n1"s,
                                 "/**/1"s,
                                 "01"s,
                                 "+1"s,
                                 "1."s,
                                 ".5"s,
                                 "-"s,
                                 "NaN"s,
                                 "Infinity"s,
                                 "nul"s,
                                 "1 2"s,
                                 "\"\t\""s,
                                 "\"\\x41\""s,
                                 "\"\\ud800\""s,
                                 "\"\\udc00\""s,
                                 "\"\\ud800\\u0041\""s,
                                 "\"\xC0\xAF\""s,
                                 "\"\xED\xA0\x80\""s,
                                 "\"a"s,
                                 "1\0"s,
                                 "[1}"s,
                                 "{\"a\" 1}"s,
                                 "{1:2}"s,
                                 "\"\x01\""s})
    EXPECT_FALSE(parse_json(bad)) << bad;
}

TEST(Json, SaysWhereAndWhat) {
  EXPECT_EQ(fault_of("{\"a\":1,\"b\":oops}"), "not JSON at byte 12, near \"\"b\":o\"");
  EXPECT_EQ(fault_of("1\0 and more"s), "not JSON at byte 2, a NUL");
  EXPECT_EQ(fault_of("{\"a\":1,\"b\":2,\"a\":3}"), "key \"a\" twice in one object");
  EXPECT_EQ(fault_of("{\"a\":1,\"\\u0061\":3}"), "key \"a\" twice in one object");
  EXPECT_EQ(fault_of("{\"a\":{\"a\":1}}"), "none");
}

TEST(Json, DepthIsBounded) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_EQ(canonical(nested(64)), nested(64));
  EXPECT_EQ(fault_of(nested(65)), "nested deeper than 64");
  EXPECT_EQ(fault_of(std::string(1'000'000, '[')), "nested deeper than 64");
}

rc::Gen<Json> any_json(int depth) {
  const auto text = rc::gen::map(unicode(), [](const std::u32string& s) { return utf8(s); });
  const auto leaf = rc::gen::oneOf(
      rc::gen::just(Json()),
      rc::gen::map(rc::gen::arbitrary<bool>(), [](bool b) { return Json(b); }),
      rc::gen::map(rc::gen::inRange<std::int64_t>(-9'007'199'254'740'991, 9'007'199'254'740'992),
                   [](std::int64_t n) { return Json(n); }),
      rc::gen::map(text, [](std::string s) { return Json(std::move(s)); }));
  if (depth == 0) return leaf;
  const auto below = rc::gen::scale(0.5, any_json(depth - 1));
  return rc::gen::oneOf(leaf,
                        rc::gen::map(rc::gen::container<std::vector<Json>>(below),
                                     [](Json::Array a) { return Json(std::move(a)); }),
                        rc::gen::map(rc::gen::container<std::map<std::string, Json>>(text, below),
                                     [](const std::map<std::string, Json>& members) {
                                       Json object = Json::object();
                                       for (const auto& [key, value] : members)
                                         object.set(key, value);
                                       return object;
                                     }));
}

RC_GTEST_PROP(Json, CanonicalAndPrettyTextsReadBackAsTheSameValue, ()) {
  const Json value = *any_json(3);
  const std::string text = value.dump();
  const auto read = parse_json(text);
  RC_ASSERT(read.has_value());
  RC_ASSERT(*read == value);
  RC_ASSERT(read->dump() == text);
  const auto pretty = parse_json(value.pretty());
  RC_ASSERT(pretty.has_value());
  RC_ASSERT(*pretty == value);
}

RC_GTEST_PROP(Json, AnyBytesAreReadOrRefused, (const std::string& raw)) {
  const auto read = parse_json(raw);
  if (read) RC_ASSERT(parse_json(read->dump())->dump() == read->dump());
  else RC_ASSERT(is_utf8(read.error().what));
}

TEST(Json, Pretty) {
  EXPECT_EQ(parse_json(R"({"b":[1,{}],"a":{"c":[]}})")->pretty(),
            "{\n  \"a\": {\n    \"c\": []\n  },\n  \"b\": [\n    1,\n    {}\n  ]\n}");
}

TEST(Json, MayBecomeAPartOfItself) {
  Json value = Json::object({{"a", Json(Json::Array{Json::object({{"b", 1}})})}});
  value = value.at("a");
  EXPECT_EQ(value.dump(), R"([{"b":1}])");
  value = value.items()[0];
  EXPECT_EQ(value.dump(), R"({"b":1})");
}

TEST(Json, MembersStaySorted) {
  Json value;
  value["b"] = 2;
  value["a"] = 1;
  value.set("c", Json::list(std::vector<int>{1, 2}));
  EXPECT_EQ(value.dump(), R"({"a":1,"b":2,"c":[1,2]})");
  EXPECT_TRUE(value.erase("b"));
  EXPECT_FALSE(value.erase("b"));
  EXPECT_EQ(value.find("b"), nullptr);
  EXPECT_EQ(Json(3).find("b"), nullptr);
  value.edit("c")->push(3);
  EXPECT_EQ(value.dump(), R"({"a":1,"c":[1,2,3]})");
  EXPECT_EQ(value.str_or("a", "x"), "x");
  EXPECT_EQ(value.int_or("a", 9), 1);
  EXPECT_TRUE(value.bool_or("none", true));
}

TEST(JsonDeathTest, AWrongKindIsABug) {
  EXPECT_DEATH((void)Json(1).string(), "Kind::string");
  EXPECT_DEATH((void)Json("x").integer(), "has_value");
  EXPECT_DEATH((void)Json().at("x"), "member");
  EXPECT_DEATH((void)Json::object({{"a", 1}, {"a", 2}}), "first");
}

}  // namespace
}  // namespace wood
