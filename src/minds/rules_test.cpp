#include "minds/rules.h"

#include <gtest/gtest.h>

namespace wood {
namespace {

// A schema like a creature's: a text of some length, and a list that differs.
Json schema(int which) {
  Json choices = Json::array();
  choices.push("a" + std::to_string(which));
  choices.push("b" + std::to_string(which));
  return Json::object(
      {{"additionalProperties", false},
       {"properties",
        Json::object({{"reason", Json::object({{"maxLength", 200}, {"type", "string"}})},
                      {"what", Json::object({{"enum", std::move(choices)}})}})},
       {"required", Json::list(std::vector<std::string>{"reason", "what"})},
       {"type", "object"}});
}

TEST(Rules, AreMadeOnceForASchema) {
  RulesCache cache(std::size_t{64} << 20);
  const auto first = cache.of(schema(1));
  ASSERT_TRUE(first);
  EXPECT_EQ(*cache.of(schema(1)), *first);
  EXPECT_NE(*cache.of(schema(2)), *first);
  EXPECT_EQ(cache.size(), 2U);
  EXPECT_EQ((*first)->closed, (std::set<std::string>{"what"}));
}

TEST(Rules, WhatIsKeptIsBoundedByBytesAndTheOldestGoes) {
  RulesCache measure(std::size_t{64} << 20);
  ASSERT_TRUE(measure.of(schema(0)));
  const std::size_t one = measure.bytes();
  EXPECT_GT(one, 10'000U) << "a text of 200 characters has thousands of states";

  RulesCache cache(5 * one);
  const auto held = *cache.of(schema(0));
  for (int i = 1; i < 100; ++i) {
    ASSERT_TRUE(cache.of(schema(i)));
    ASSERT_TRUE(cache.of(schema(1)));  // used all the time
    EXPECT_LE(cache.bytes(), 6 * one) << i;
  }
  EXPECT_LE(cache.size(), 5U);
  const std::size_t before = cache.size();
  ASSERT_TRUE(cache.of(schema(1)));
  EXPECT_EQ(cache.size(), before) << "it was never let go";
  // Who holds one that has gone can go on with it.
  EXPECT_NE(held->grammar.next(held->grammar.start(), "{\"reason\":\""), Grammar::kDead);
}

TEST(Rules, GrowWithUseAndAreMeasuredSo) {
  RulesCache cache(std::size_t{64} << 20);
  const auto rules = *cache.of(schema(1));
  const std::size_t before = cache.bytes();
  rules->grammar.next(rules->grammar.start(), R"({"reason":"a long text is walked through",)");
  rules->masks[0] = std::vector<bool>(100'000);
  EXPECT_GT(cache.bytes(), before + 100'000 / 8 + 40 * 1'024);
}

TEST(Rules, ALargerOneThanAllowedIsGivenAllTheSame) {
  RulesCache cache(1);
  EXPECT_TRUE(cache.of(schema(1)));
  EXPECT_TRUE(cache.of(schema(2)));
  EXPECT_EQ(cache.size(), 1U);
  const auto none = cache.of(Json::object({{"enum", Json::array()}}));
  EXPECT_FALSE(none);
  EXPECT_EQ(cache.size(), 1U);
}

}  // namespace
}  // namespace wood
