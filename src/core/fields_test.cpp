#include "core/fields.h"

#include <gtest/gtest.h>

namespace wood {
namespace {

Json json(const char* text) { return parse_json(text).value(); }

std::string faults(Fields& f) {
  const Status read = f.done();
  if (read) return "";
  EXPECT_EQ(read.error().code, Errc::schema);
  return read.error().what;
}

TEST(Fields, ReadsEveryKind) {
  const Json value =
      json(R"({"n":3,"s":"x","side":"sell","b":true,"names":["a","b"],"sizes":[1,2],)"
           R"("goods":[{"p":1},{"p":2}],"free":[null]})");
  Fields f(value, "");
  EXPECT_EQ(f.integer("n"), 3);
  EXPECT_EQ(f.string("s"), "x");
  EXPECT_EQ(f.choice("side", {"buy", "sell"}), 1);
  EXPECT_TRUE(f.boolean("b"));
  EXPECT_EQ(f.strings("names"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(f.integers("sizes"), (std::vector<std::int64_t>{1, 2}));
  ASSERT_EQ(f.objects("goods").size(), 2U);
  EXPECT_EQ(Fields(*f.objects("goods")[1], f.path("goods[1]")).integer("p"), 2);
  EXPECT_EQ(f.any("free")->dump(), "[null]");
  EXPECT_TRUE(f.has("n"));
  EXPECT_FALSE(f.has("m"));
  EXPECT_EQ(faults(f), "");
}

TEST(Fields, AbsentMembersTakeTheirDefaults) {
  const Json value = Json::object();
  Fields f(value, "x");
  EXPECT_EQ(f.integer("n", {.otherwise = 7}), 7);
  EXPECT_EQ(f.string("s", "d"), "d");
  EXPECT_EQ(f.choice("c", {"a", "b"}, 1), 1);
  EXPECT_TRUE(f.boolean("b", true));
  EXPECT_TRUE(f.strings("l").empty());
  EXPECT_TRUE(f.integers("i").empty());
  EXPECT_TRUE(f.objects("o").empty());
  EXPECT_EQ(f.any("y"), nullptr);
  EXPECT_EQ(faults(f), "");
}

TEST(Fields, EveryFaultIsNamedWithItsPath) {
  const Json value =
      json(R"({"tick":0,"name":5,"side":"hold","names":["a",1],"sizes":[1,99],"halt":1,)"
           R"("pirce":1})");
  Fields f(value, "market");
  f.integer("tick", {.low = 1, .high = 1000});
  f.integer("lots");
  f.string("name");
  f.choice("side", {"buy", "sell"});
  f.strings("names");
  f.integers("sizes", {.low = 1, .high = 9});
  f.boolean("halt");
  f.integer("price", {.otherwise = 1});
  f.fault("tick", "is odd");
  EXPECT_EQ(
      faults(f),
      "market.tick is 0, must be between 1 and 1000; market.lots is missing (integer); "
      "market.name must be of kind string, not integer; "
      "market.side is \"hold\", must be one of buy, sell; market.names must hold strings only; "
      "market.sizes must hold integers between 1 and 9; "
      "market.halt must be of kind boolean, not integer; market.tick is odd; "
      "market.pirce is not known here; did you mean price?");
}

TEST(Fields, WhatIsNoObjectIsOneFault) {
  const Json value = json("[1]");
  Fields named(value, "market");
  EXPECT_EQ(named.integer("n", {.otherwise = 4}), 4);
  EXPECT_EQ(faults(named), "market must be a table");
  Fields whole(value, "");
  EXPECT_EQ(faults(whole), "the document must be a table");
}

// A value beyond 2^53 - 1 stands in the ledger as a string, and must be read again as what it was.
TEST(Fields, IntegersSurviveTheLedger) {
  const Json value = json(R"({"seed":9223372036854775807,"all":[-9223372036854775808,1]})");
  const Json again = json(value.dump().c_str());
  Fields f(again, "");
  EXPECT_EQ(f.integer("seed"), 9223372036854775807);
  EXPECT_EQ(f.integers("all"), (std::vector<std::int64_t>{-9223372036854775807 - 1, 1}));
  EXPECT_EQ(faults(f), "");
  const Json text = json(R"({"seed":"12"})");
  Fields g(text, "");
  g.integer("seed");
  EXPECT_EQ(faults(g), "seed must be of kind integer, not string");
}

}  // namespace
}  // namespace wood
