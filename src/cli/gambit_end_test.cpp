#include "cli/testing.h"
#include "core/json.h"

namespace wood {
namespace {

using GambitEnd = Program;

TEST_F(GambitEnd, PlaysFourSetUpsAndTellsSignsFromChance) {
  const Ran ran = wood("gambit --casts rules --seeds 2 --jobs 2 --out g --json");
  ASSERT_EQ(ran.status, 0) << ran.err;
  const auto report = parse_json(ran.out);
  ASSERT_TRUE(report);
  const Json& setups = report->at("set_ups");
  ASSERT_EQ(setups.items().size(), 4u);
  std::map<std::string, std::int64_t> profit;
  for (const Json& setup : setups.items()) {
    const Json& cast = setup.at("casts").items().front();
    profit[setup.str_or("scenario", "")] = cast.int_or("mean_micro", 0);
    const bool spans = cast.int_or("low_micro", 0) <= 0 && cast.int_or("high_micro", 0) >= 0;
    EXPECT_EQ(cast.str_or("finding", "") == "cannot be told", spans);
  }
  // A mark that is halved at the settlement is worth half a short's price to who is short; and each
  // set-up is another story.
  EXPECT_GT(profit["gambit-decree"], profit["gambit-rumour"] + 5'000'000);
  EXPECT_NE(profit["gambit-dump"], profit["gambit-rumour"]);
  EXPECT_NE(profit["gambit-glut"], profit["gambit-rumour"]);
}

TEST_F(GambitEnd, WhoIsToldToDumpSells) {
  ASSERT_EQ(wood("run gambit-dump --cast rules --seed 3 --out d.wood --quiet").status, 0);
  const Ran shown = wood("show d.wood --turn 8");
  EXPECT_TRUE(has(shown.out, "told to be rid of it")) << shown.out;
  EXPECT_EQ(wood("verify d.wood").status, 0);
}

TEST_F(GambitEnd, AScenarioThatExtendsAnotherGivesWhatItGivesAndTakesTheRest) {
  write("mine.toml",
        "extends = \"five-labs\"\nname = \"mine\"\nturns = 2\n[[calendar]]\nturn = 2\nact = "
        "\"shock\"\nkind = \"drought\"\n");
  const Ran ran = wood("run ./mine.toml --cast rules --seed 3 --json --quiet");
  ASSERT_EQ(ran.status, 0) << ran.err;
  EXPECT_TRUE(has(ran.out, "\"scenario\":\"mine\""));
  EXPECT_TRUE(has(ran.out, "\"turns\":2,"));
  write("circle.toml", "extends = \"./circle.toml\"\nname = \"circle\"\n");
  const Ran circle = wood("run ./circle.toml --cast rules");
  EXPECT_EQ(circle.status, 2);
  EXPECT_TRUE(has(circle.err, "does one extend itself?")) << circle.err;
  write("orphan.toml", "extends = \"nobody\"\nname = \"orphan\"\n");
  EXPECT_TRUE(has(wood("run ./orphan.toml --cast rules").err, "there is no scenario \"nobody\""));
  write("wrong.toml", "extends = \"five-labs\"\nname = \"wrong\"\nturnz = 3\n");
  EXPECT_TRUE(has(wood("run ./wrong.toml --cast rules").err, "turnz"));
}

}  // namespace
}  // namespace wood
