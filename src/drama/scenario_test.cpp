#include "drama/scenario.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "drama/deal.h"

namespace wood {
namespace {

std::string default_text() {
  std::ifstream file(WOOD_SOURCE_DIR "/scenarios/five-labs.toml");
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(Scenario, TheDefaultOneIsRead) {
  const auto scenario = parse_scenario(default_text());
  ASSERT_TRUE(scenario) << scenario.error().what;
  EXPECT_EQ(scenario->creatures.size(), 5U);
  EXPECT_EQ(scenario->goods.size(), 5U);
  EXPECT_EQ(scenario->goods[static_cast<std::size_t>(scenario->fuel)].name, "firewood");
  EXPECT_EQ(scenario->cast_default, "house");
  EXPECT_EQ(scenario->casts.at("house").at("bram"), "house-mistral");
  EXPECT_EQ(scenario->casts.at("large").at("bram"), "house-large");
  EXPECT_EQ(scenario->casts.at(scenario->cast_otherwise).at("bram"), "tiny-mistral");
  EXPECT_EQ(scenario->calendar.front().turn, 4);
}

TEST(Scenario, ReadingItsOwnSourceGivesTheSame) {
  const auto first = parse_scenario(default_text());
  ASSERT_TRUE(first);
  const auto again = scenario_from(first->source);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->source, first->source);
}

struct Bad {
  const char* from;
  const char* to;
  const char* says;
};
class BadScenario : public testing::TestWithParam<Bad> {};

TEST_P(BadScenario, NamesThePlace) {
  std::string text = default_text();
  const auto at = text.find(GetParam().from);
  ASSERT_NE(at, std::string::npos);
  text.replace(at, std::string(GetParam().from).size(), GetParam().to);
  const auto scenario = parse_scenario(text);
  ASSERT_FALSE(scenario);
  EXPECT_NE(scenario.error().what.find(GetParam().says), std::string::npos)
      << scenario.error().what;
}

INSTANTIATE_TEST_SUITE_P(
    All, BadScenario,
    testing::Values(Bad{"turns = 30", "turns = 0", "line 6: turns is 0"},
                    Bad{"turns = 30", "turns = 3.5", "must be an integer"},
                    Bad{"turns = 30", "trns = 30", "did you mean turns"},
                    Bad{"tick_mp = 10", "tick_mp = 0", "tick_mp is 0"},
                    Bad{"tick_mp = 10", "tick_mp = -1", "tick_mp is -1"},
                    Bad{"opening_mp = 4000", "opening_mp = 4001", "no multiple of tick_mp"},
                    Bad{"makes = \"honey\"", "makes = \"money\"", "names no good: money"},
                    Bad{"name = \"oona\"", "name = \"fenn\"", "is used twice"},
                    Bad{"name = \"oona\"", "name = \"world\"", "is reserved"},
                    Bad{"default = \"house\"", "default = \"four\"", "cast.default"},
                    Bad{"otherwise = \"tiny\"", "otherwise = \"four\"", "cast.otherwise"},
                    Bad{"burn = [1, 2, 3]", "burn = [1, 2]", "one number a season"},
                    Bad{"kinds = [\"drought\"", "kinds = [\"flood\"", "unknown shock: flood"},
                    Bad{"act = \"lend\"", "ac = \"lend\"", "act is missing"}));

TEST(Scenario, ScalesToManyCreatures) {
  const auto base = parse_scenario(default_text());
  ASSERT_TRUE(base);
  const auto scaled = scenario_from(scaled_scenario(base->source, 12));
  ASSERT_TRUE(scaled) << scaled.error().what;
  EXPECT_EQ(scaled->creatures.size(), 12U);
  EXPECT_EQ(scaled->casts.at("rules").size(), 12U);
}

const std::vector<std::string> kGoods = {"acorns", "honey"};

TEST(Terms, EveryKindIsReadAsItIsWritten) {
  for (const Terms& terms :
       std::vector<Terms>{Loan{{5'000}, 800, 4, 1, {2}}, Swap{0, {3}, 1, {1}},
                          Alliance{5, Promise::no_undercut}, Gift{0, {1}, {50}}}) {
    const Json written = terms_json(terms, kGoods);
    const auto read = read_terms(kind_name(terms), written, kGoods, 1'000'000);
    ASSERT_TRUE(read) << read.error().what;
    EXPECT_EQ(terms_json(*read, kGoods), written);
  }
}

TEST(Terms, FaultsAreNamed) {
  EXPECT_FALSE(read_terms("sale", Json::object(), kGoods, 10));
  EXPECT_FALSE(read_terms("loan", Json::object({{"principal_mp", 11}}), kGoods, 10));
  EXPECT_FALSE(read_terms(
      "swap",
      Json::object(
          {{"give_good", "acorns"}, {"give_lots", 1}, {"take_good", "gold"}, {"take_lots", 1}}),
      kGoods, 10));
  EXPECT_FALSE(read_terms("gift", Json::object(), kGoods, 10));
}

}  // namespace
}  // namespace wood
