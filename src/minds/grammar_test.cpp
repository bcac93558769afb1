#include "minds/grammar.h"

#include <gtest/gtest.h>

#include <set>

#include "core/bytes.h"
#include "core/rng.h"
#include "core/schema.h"

namespace wood {
namespace {

Json schema_of(const char* text) {
  const Json schema = parse_json(text).value();
  EXPECT_TRUE(check_schema(schema)) << text;
  return schema;
}

Grammar compiled(const char* text) { return Grammar::compile(schema_of(text)).value(); }

bool allows(Grammar& g, std::string_view text) {
  const auto at = g.next(g.start(), text);
  return at != Grammar::kDead && g.complete(at);
}

constexpr const char* kTrade = R"({"type":"object","required":["why","action","qty"],
  "properties":{"qty":{"type":"integer","minimum":0,"maximum":40},
  "why":{"type":"string","maxLength":12},"action":{"enum":["buy","sell","hold"]},
  "limit":{"type":["integer","null"],"minimum":1}}})";

const std::vector<const char*> kSchemas = {
    kTrade,
    R"({"type":"object","properties":{"a":{"type":"boolean"},
        "b":{"type":"string","minLength":2}}})",
    R"({"type":"array","items":{"type":"integer","minimum":-105,"maximum":93},
        "minItems":2,"maxItems":5})",
    R"({"type":"array","items":{"type":"string","maxLength":3}})",
    R"({"oneOf":[{"type":"object","required":["tool"],"properties":{"tool":{"const":"quote"},
        "good":{"enum":["honey","acorn"]}}},{"type":"object","required":["tool","text"],
        "properties":{"tool":{"const":"say"},
        "text":{"type":"string","minLength":1,"maxLength":8}}}]})",
    R"({"type":"object"})",
    R"({"type":"integer"})",
    R"({"type":"string","minLength":3,"maxLength":3})",
    R"({})",
};

TEST(Grammar, allows_what_the_schema_allows_and_no_more) {
  Grammar g = compiled(kTrade);
  EXPECT_TRUE(allows(g, R"({"why":"dear","action":"buy","qty":40})"));
  EXPECT_TRUE(allows(g, R"({"why":"","action":"hold","qty":0,"limit":null})"));
  EXPECT_TRUE(allows(g, R"({"why":"a \"q\" é","action":"sell","qty":9,"limit":120})"));
  EXPECT_FALSE(allows(g, R"({"why":"dear","action":"buy","qty":41})"));
  EXPECT_FALSE(allows(g, R"({"why":"dear","action":"buy","qty":07})"));
  EXPECT_FALSE(allows(g, R"({"why":"thirteen chrs","action":"buy","qty":1})"));
  EXPECT_FALSE(allows(g, R"({"action":"buy","why":"order","qty":1})"));
  EXPECT_FALSE(allows(g, R"({"why":"x","action":"buy","qty":1,"limit":0})"));
  EXPECT_FALSE(allows(g, R"({"why":"x","action":"buy"})"));
  EXPECT_FALSE(allows(g, "{\"why\":\"\xff\",\"action\":\"buy\",\"qty\":1}"));
  EXPECT_FALSE(
      allows(g, "{\"why\":\"\xed\xa0\x80\",\"action\":\"buy\",\"qty\":1}"));  // a surrogate
}

TEST(Grammar, a_bound_without_a_type_still_binds) {
  Grammar g = compiled(R"({"minimum":3,"maxLength":1})");
  for (const char* good : {"3", "null", R"("x")", "[1]", R"({"a":2})"})
    EXPECT_TRUE(allows(g, good));
  for (const char* bad : {"2", "-9", R"("xy")"}) EXPECT_FALSE(allows(g, bad)) << bad;
  EXPECT_FALSE(Grammar::compile(schema_of(R"({"type":"string","const":5})")));
}

TEST(Grammar, optional_members_need_no_comma_before_the_first) {
  Grammar g = compiled(kSchemas[1]);
  for (const char* good : {"{}", R"({"a":true})", R"({"b":"xy"})", R"({"a":false,"b":"xyz"})"})
    EXPECT_TRUE(allows(g, good)) << good;
  for (const char* bad : {R"({,"a":true})", R"({"b":"x"})", R"({"b":"xy","a":true})"})
    EXPECT_FALSE(allows(g, bad)) << bad;
}

TEST(Grammar, integers_keep_their_bounds_exactly) {
  for (const auto& [low, high] : std::vector<std::pair<int, int>>{
           {0, 9}, {0, 0}, {7, 1203}, {-105, 93}, {-40, -7}, {99, 101}, {-1, 1}, {1000, 1999}}) {
    const Json schema = Json::object({{"type", "integer"}, {"minimum", low}, {"maximum", high}});
    Grammar g = Grammar::compile(schema).value();
    for (int i = -2100; i <= 2100; ++i)
      ASSERT_EQ(allows(g, std::to_string(i)), i >= low && i <= high)
          << i << " of " << schema.dump();
    EXPECT_FALSE(allows(g, "-0"));
    EXPECT_FALSE(allows(g, "00"));
  }
}

TEST(Grammar, says_what_must_come_and_how_it_ends_soonest) {
  Grammar g = compiled(kTrade);
  EXPECT_EQ(g.forced(g.start()), R"({"why":")");
  auto at = g.next(g.start(), R"({"why":"dear")");
  EXPECT_EQ(g.forced(at), R"(,"action":")");
  at = g.next(at, R"(,"action":"b)");
  EXPECT_EQ(g.forced(at), R"(uy","qty":)");
  EXPECT_EQ(g.ending(at), R"(uy","qty":0})");
  EXPECT_EQ(g.shortest(at), 12);
  at = g.next(at, R"(uy","qty":4)");
  EXPECT_EQ(g.forced(at), "");  // another digit, a member, or the end
  at = g.next(at, "}");
  EXPECT_TRUE(g.closed(at));
}

TEST(Grammar, every_walk_can_be_ended_and_conforms) {
  for (std::size_t s = 0; s < kSchemas.size(); ++s) {
    const Json schema = schema_of(kSchemas[s]);
    Grammar g = Grammar::compile(schema).value();
    for (int walk = 0; walk < 200; ++walk) {
      const Chance chance(7, "walk", static_cast<std::int64_t>(s), walk);
      auto at = g.start();
      std::string text;
      for (std::uint32_t n = 0; n < 120 && !g.closed(at); ++n) {
        std::vector<unsigned char> open;
        for (int b = 0; b < 256; ++b)
          if (g.next(at, static_cast<unsigned char>(b)) != Grammar::kDead)
            open.push_back(static_cast<unsigned char>(b));
        ASSERT_FALSE(open.empty());
        if (g.complete(at) && chance.ppm(300'000, 2 * n)) break;
        text += static_cast<char>(
            open[chance.below(static_cast<std::int64_t>(open.size()), 2 * n + 1)]);
        at = g.next(at, static_cast<unsigned char>(text.back()));
      }
      const std::string ending = g.ending(at);
      EXPECT_EQ(ending.size(), static_cast<std::size_t>(g.shortest(at)));
      text += ending;
      const auto value = parse_json(text);
      ASSERT_TRUE(value) << text << ": " << value.error().what;
      EXPECT_TRUE(is_utf8(text));
      if (s != 5 && s != 8) {  // two equal keys are refused by the reader, not by an automaton
        EXPECT_TRUE(validate(*value, schema).empty()) << text;
      }
    }
  }
}

TEST(Grammar, plain_bytes_are_judged_together_as_they_are_one_by_one) {
  for (const char* schema : kSchemas) {
    Grammar g = compiled(schema);
    std::set<Grammar::State> reached = {g.start()}, fresh = reached;
    for (int step = 0; step < 12; ++step) {
      std::set<Grammar::State> next;
      for (const auto at : fresh)
        for (int b = 0; b < 256; ++b)
          if (const auto to = g.next(at, static_cast<unsigned char>(b));
              to != Grammar::kDead && reached.insert(to).second)
            next.insert(to);
      fresh = std::move(next);
    }
    for (const auto from : reached) {
      auto at = from;
      for (int count = 1; count < 6; ++count) {
        std::set<Grammar::State> next;
        for (int b = 0; b < 256; ++b)
          if (Grammar::plain(static_cast<unsigned char>(b)))
            next.insert(g.next(at, static_cast<unsigned char>(b)));
        const bool together = next.size() == 1 && !next.contains(Grammar::kDead);
        EXPECT_EQ(g.takes_plain(from, count), together) << schema << " " << from << " " << count;
        if (!together) break;
        at = *next.begin();
      }
    }
  }
  Grammar g = compiled(R"({"type":"string","maxLength":5})");
  const auto inside = g.next(g.start(), "\"ab");
  EXPECT_TRUE(g.takes_plain(inside, 3));
  EXPECT_FALSE(g.takes_plain(inside, 4));
  EXPECT_FALSE(g.takes_plain(g.start(), 1));
  EXPECT_FALSE(g.takes_plain(Grammar::kDead, 1));
}

TEST(Grammar, refuses_what_nothing_can_satisfy) {
  const auto none = Grammar::compile(schema_of(R"({"type":"integer","minimum":3,"maximum":2})"));
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, Errc::schema);
  const auto huge = Grammar::compile(
      schema_of(R"({"type":"array","maxItems":2000,"items":{"type":"string","maxLength":2000}})"));
  ASSERT_FALSE(huge);
  EXPECT_EQ(huge.error().code, Errc::limit);
}

}  // namespace
}  // namespace wood
