#include "core/toml.h"

#include <gtest/gtest.h>

namespace wood {
namespace {

constexpr const char* kText = R"(title = "wood"

[market]
halt = true
[[market.goods]]
name = "honey"
price = 900
[[market.goods]]
name = "acorns"
price = -400
tags = ["a",
  "b"]

[deep.er.still]
big = 9223372036854775807
inline = { x = 1, y = [1, 2] }
)";

TEST(Toml, BecomesJson) {
  const auto toml = parse_toml(kText);
  ASSERT_TRUE(toml) << toml.error().what;
  EXPECT_EQ(toml->value.dump(),
            R"({"deep":{"er":{"still":{"big":"9223372036854775807","inline":{"x":1,"y":[1,2]}}}},)"
            R"("market":{"goods":[{"name":"honey","price":900},{"name":"acorns","price":-400,)"
            R"("tags":["a","b"]}],"halt":true},"title":"wood"})");
}

TEST(Toml, ATableWithoutANameIsAnError) {
  for (const char* text : {
           "a = 1\n[.x]\n",
           "a = 1\n[[ .x]]\n",
           "a = 1\n  [=\n",
           "a = 1\r\n[=\r\n",
           "a = 1\n[[[b]]]\n",
           "a = 1\n[\n",
           "a = 1\n[#\n",
           "a = 1\n[\xC3\xA9]\n",
           "# it's '''\n[.x]\n",
           "# \"\"\"\n[.x]\n",
           "x = \"'''\"\n[=",
           "x = '\"\"\"'\n[=",
           "x = 'it is \\'\n[=",
           "x = \"\\\"'''\"\n[=",
           "\"'''\" = 1\n[=",
           "x = \"\"\"a\"\"\"\"\" # '\n[=",
           "x = [\"]\", { y = '[' }] # [\n[=",
       }) {
    const auto toml = parse_toml(text);
    ASSERT_FALSE(toml) << text;
    EXPECT_TRUE(toml.error().what.starts_with("line 2: the table has no name")) << text;
  }
  for (const char* text : {"\xEF\xBB\xBF[=", "\xEF\xBB\xBF [.x]\n"}) {
    const auto toml = parse_toml(text);
    ASSERT_FALSE(toml) << text;
    EXPECT_TRUE(toml.error().what.starts_with("line 1: the table has no name")) << text;
  }
}

TEST(Toml, ABracketThatACurlyOneClosesIsAnError) {
  for (const char* text : {"a = 1\nb = [}\n", "# [\nb = [1, { c = '}' }, [] } ]\n"}) {
    const auto toml = parse_toml(text);
    ASSERT_FALSE(toml) << text;
    EXPECT_EQ(toml.error().what, "line 2: what [ opens ends with ], not with }");
  }
  EXPECT_TRUE(parse_toml("b = [ # }\n'}', { c = [1] }]\n"));
}

TEST(Toml, WhatOnlyLooksLikeATableWithoutANameIsNone) {
  const std::pair<const char*, const char*> rightful[] = {
      {"a = \"\"\"\n[.x]\n\"\"\"\nb = [\n[1],\n[]]\n", R"({"a":"[.x]\n","b":[[1],[]]})"},
      {"a = '''\n[=\n# ''' # '''\n[b]\n", R"({"a":"[=\n# ","b":{}})"},
      {"a = \"\"\"\n\\\"\"\"\n[=\"\"\"\n", R"({"a":"\"\"\"\n[="})"},
      {"a = \"\"\"\n[=\"\"\"\"\"\n[b]\n", R"({"a":"[=\"\"","b":{}})"},
      {"a = \"\"\"\"\"\"\nb = ''''''\n[c]\n", R"({"a":"","b":"","c":{}})"},
      {"a = \"\\\\\" # \"\"\"\n['.x']\n", R"({".x":{},"a":"\\"})"},
      {"a = [\n[+1],\n[[-1]], # ]\n[ \"]\" ],\n[{ b = 1 }]]\n[\"=\"]\n",
       R"({"=":{},"a":[[1],[[-1]],["]"],[{"b":1}]]})"},
      {"\xEF\xBB\xBF[a]\n", R"({"a":{}})"},
  };
  for (const auto& [text, json] : rightful) {
    const auto toml = parse_toml(text);
    ASSERT_TRUE(toml) << text << toml.error().what;
    EXPECT_EQ(toml->value.dump(), json) << text;
  }
  // What does not end is an error of another kind: behind it the parser reads nothing.
  for (const char* text : {"x = 'a\n[=", "x = \"\"\"a\n[=", "x = [1, # ]\n[="}) {
    const auto toml = parse_toml(text);
    ASSERT_FALSE(toml) << text;
    EXPECT_EQ(toml.error().what.find("has no name"), std::string::npos) << text;
  }
}

TEST(Toml, EveryKeyHasItsLine) {
  const auto toml = parse_toml(kText);
  ASSERT_TRUE(toml);
  const std::pair<const char*, const char*> places[] = {
      {"title", "line 1"},
      {"market.halt", "line 4"},
      {"market.goods[0].price", "line 7"},
      {"market.goods[1].price", "line 10"},
      {"market.goods[1].tags[1]", "line 12"},
      {"deep.er.still.inline.y[1]", "line 16"},
  };
  for (const auto& [path, place] : places) EXPECT_EQ(toml->place(path), place) << path;
}

TEST(Toml, AnUnknownPathHasItsParentsLine) {
  const auto toml = parse_toml(kText);
  ASSERT_TRUE(toml);
  EXPECT_EQ(toml->place("market.goods[1].colour"), toml->place("market.goods[1]"));
  EXPECT_EQ(toml->place("market.halt.x.y"), "line 4");
  EXPECT_EQ(toml->place("nothing"), "");
  EXPECT_EQ(toml->place(""), "");
}

TEST(Toml, FractionsAndDatesAreRefusedWithTheMend) {
  for (const char* value : {"1.5", "inf", "2026-01-01", "12:30:00", "2026-01-01T00:00:00Z"}) {
    const auto toml = parse_toml("a = 1\n[b]\nc = [\n  0,\n  " + std::string(value) + "]\n");
    ASSERT_FALSE(toml) << value;
    EXPECT_EQ(toml.error().code, Errc::parse);
    EXPECT_EQ(
        toml.error().what,
        "line 5: b.c[1] must be an integer, a string or a boolean; write fractions as integers "
        "of a smaller unit (ppm, bps, millipebbles)");
  }
}

TEST(Toml, SyntaxErrorsNameTheLine) {
  const std::pair<const char*, const char*> wrong[] = {
      {"a = 1\nb =\n", "line 2: "},
      {"a = 1\na = 2\n", "line 2: "},
      {"[a\n", "line 1: "},
      {"a = \"\xC0\xAF\"\n", "line 1: "},
      {"\n\na = 9223372036854775808\n", "line 3: "}};
  for (const auto& [text, start] : wrong) {
    const auto toml = parse_toml(text);
    ASSERT_FALSE(toml) << text;
    EXPECT_TRUE(toml.error().what.starts_with(start)) << toml.error().what;
  }
  EXPECT_FALSE(parse_toml("a = " + std::string(100'000, '[')));
}

TEST(Toml, AnEmptyTextIsAnEmptyTable) { EXPECT_EQ(parse_toml("")->value.dump(), "{}"); }

}  // namespace
}  // namespace wood
