#include "pipeline/versions.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "pipeline/testing.h"

namespace wood {
namespace {

using testing::parsed;
using testing::said;
using testing::Stand;

const std::string kVersions = R"(name = "p"
[[step]]
name = "v"
kind = "versions"
task = "t"
prompt = "p"
compare = ["kind", "lots"]
tolerance = { lots = 2 }
[step.schema]
type = "object"
required = ["kind", "lots"]
[step.schema.properties]
kind = { enum = ["a", "b"] }
lots = { type = "integer" }
note = { type = "string" }
[[step.version]]
by = "one"
mind = "m1"
[[step.version]]
by = "two"
mind = "m2"
[[step.version]]
by = "rule"
rule = "{'kind': input.kind, 'lots': 10}"
)";

Json versions(std::map<std::string, std::string> says, const std::string& kind = "a",
              const std::string& more = "") {
  Stand stand;
  stand.panel.answer = [&](const Ask& ask) -> Reply { return said(says[ask.mind]); };
  std::string text = kVersions;
  text.insert(text.find("[step.schema]"), more);
  const Outcome out = stand.go(text, Json::object({{"kind", kind}}));
  EXPECT_EQ(stand.panel.calls.size(), 1U);  // sealed: all in one call
  EXPECT_EQ(stand.sink.at(out.last).from.size(), 3U);
  return out.output;
}

TEST(Versions, ThatAreAlikeRaiseNoAlarm) {
  const Json out = versions({{"m1", R"({"kind":"a","lots":9,"note":"x"})"},
                             {"m2", R"({"kind":"a","lots":11,"note":"another"})"}});
  EXPECT_FALSE(out.bool_or("alarm", true));
  EXPECT_EQ(out.str_or("code", ""), "alike");
  EXPECT_EQ(out.at("fields").at("lots"), parsed(R"({"differ_ppm":0,"distinct":3,"spread":2})"));
  EXPECT_EQ(out.at("value").int_or("lots", 0), 9);  // the first that answered
}

TEST(Versions, ThatDifferSayByHowMuch) {
  const Json out =
      versions({{"m1", R"({"kind":"a","lots":9})"}, {"m2", R"({"kind":"b","lots":40})"}});
  EXPECT_TRUE(out.bool_or("alarm", false));
  EXPECT_EQ(out.str_or("code", ""), "differ");
  EXPECT_EQ(out.int_or("differ_ppm", 0), 666'666);  // two of three pairs, in both
  EXPECT_EQ(out.at("fields").at("kind"), parsed(R"({"differ_ppm":666666,"distinct":2})"));
  EXPECT_EQ(out.at("fields").at("lots"),
            parsed(R"({"differ_ppm":666666,"distinct":3,"spread":31})"));
  EXPECT_FALSE(versions({{"m1", R"({"kind":"a","lots":9})"}, {"m2", R"({"kind":"b","lots":10})"}},
                        "a", "alarm_ppm = 700000\n")
                   .bool_or("alarm", true));
}

TEST(Versions, OfWhichFewerThanTwoAnsweredAreNotChecked) {
  const Json one = versions({{"m1", "{"}, {"m2", "no"}});
  EXPECT_TRUE(one.bool_or("alarm", false));
  EXPECT_EQ(one.str_or("code", ""), "too_few");
  EXPECT_EQ(one.int_or("failed", 0), 2);
  EXPECT_TRUE(one.at("differ_ppm").is(Json::Kind::null));
  // A rule's answer is held to the schema too.
  const Json none = versions({{"m1", "{"}, {"m2", "no"}}, "z");
  EXPECT_EQ(none.int_or("answered", -1), 0);
  EXPECT_TRUE(none.at("value").is(Json::Kind::null));
}

RC_GTEST_PROP(Versions, TheirOrderDoesNotMatterAndSharesAreShares, ()) {
  const auto numbers = *rc::gen::container<std::vector<int>>(*rc::gen::inRange<std::size_t>(2, 8),
                                                             rc::gen::inRange(-3, 4));
  std::vector<Json> values(numbers.begin(), numbers.end());
  const std::int64_t tolerance = *rc::gen::inRange(0, 3);
  const Compared once = compare(values, tolerance);
  std::reverse(values.begin(), values.end());
  const Compared again = compare(values, tolerance);
  RC_ASSERT(once.differ_ppm == again.differ_ppm && once.distinct == again.distinct &&
            once.spread == again.spread);
  RC_ASSERT(once.differ_ppm >= 0 && once.differ_ppm <= 1'000'000);
  RC_ASSERT((once.spread > tolerance) == (once.differ_ppm > 0));
}

}  // namespace
}  // namespace wood
