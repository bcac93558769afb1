// wood calibrate and wood drift on runs of the built program.
#include <gtest/gtest.h>

#include "cli/testing.h"
#include "core/json.h"
#include "core/text.h"

namespace wood {
namespace {

class Runs : public Program {
 protected:
  void play(int seed, const std::string& more = "") {
    const std::string name = std::to_string(seed) + ".wood";
    const Ran run = wood("run --cast rules --turns 12 --quiet --seed " + std::to_string(seed) +
                         " --out " + name + " " + more);
    ASSERT_EQ(run.status, 0) << run.err;
  }
  Json json_of(const std::string& line, int status = 0) {
    const Ran ran = wood(line + " --json");
    EXPECT_EQ(ran.status, status) << ran.err;
    return parse_json(trim(ran.out)).value_or(Json::object());
  }
};

TEST_F(Runs, AreCalibratedOnOtherSeeds) {
  for (int seed = 1; seed <= 6; ++seed) play(seed);
  const Ran told = wood(
      "calibrate --fit 1.wood 2.wood 3.wood --test 4.wood 5.wood 6.wood "
      "--by voter --out map.json");
  ASSERT_EQ(told.status, 0) << told.err;
  for (const char* part : {"Brier", "log loss", "ECE", "resolution", "Reliability", "oversight"})
    EXPECT_TRUE(has(told.out, part)) << part;
  // What the file says is what was fitted.
  const Json fitted = json_of(
      "calibrate --fit 1.wood 2.wood 3.wood --test 4.wood 5.wood 6.wood "
      "--by voter");
  const Json kept = json_of("calibrate --map map.json --test 4.wood 5.wood 6.wood");
  EXPECT_EQ(kept, fitted);
  EXPECT_EQ(fitted.at("rows").items().size(), 5U);
  EXPECT_EQ(read_file(path("map.json")).value_or(""), fitted.at("calibration").dump() + "\n");
  EXPECT_TRUE(
      has(wood("calibrate --fit 1.wood --test 2.wood --out map.json").err, "there already"));

  const Json folder = json_of("calibrate --runs-dir .");
  EXPECT_EQ(folder.int_or("fit_runs", 0), 3);
  EXPECT_EQ(folder.at("calibration").at("runs").items().front().str_or("seed", ""), "2");

  const Ran votes = wood("calibrate --votes --fit 1.wood 2.wood 3.wood");
  EXPECT_TRUE(has(votes.out, "[step.calibration]\n# ballots: analyst ")) << votes.out << votes.err;

  const auto refused = [&](const std::string& line, const char* why) {
    const Ran ran = wood("calibrate " + line);
    EXPECT_EQ(ran.status, 2) << line;
    EXPECT_TRUE(has(ran.err, why)) << line << ": " << ran.err;
  };
  refused("--fit 1.wood 2.wood --test 3.wood 2.wood", "the same record is on both sides: 2.wood");
  ASSERT_EQ(wood("run --cast random --turns 3 --quiet --seed 2 --out other.wood").status, 0);
  refused("--fit 1.wood 2.wood --test other.wood", "one seed is on both sides");
  refused("--map map.json --test 3.wood", "a run of map.json");
  refused("--fit 1.wood 1.wood --test 2.wood", "are one run");
  refused("--fit 1.wood", "--test FILE");
  refused("--test 1.wood", "--fit FILE");
  refused("--fit 1.wood --test 2.wood --source measured", "--source stated");
  refused("--runs-dir . --fit 1.wood", "leave --fit");
  refused("--runs-dir data --by all", "holds no run");
  refused("--votes --fit 1.wood --json", "leave --json out");
  write("bad.json", "{\"kind\":\"calibration\"}");
  refused("--map bad.json --test 1.wood", "bad.json: this is no calibration");
}

TEST_F(Runs, DriftIsToldAndItsAbsenceToo) {
  for (int seed = 1; seed <= 10; ++seed) play(seed);
  write(
      "shocks.toml",
      "# the honey market breaks\n"
      "[[input]]\nturn = 7\nact = \"shock\"\nkind = \"run_on_hoard\"\nturns = 5\n"
      "[[input]]\nturn = 8\nact = \"shock\"\nkind = \"drought\"\ngood = \"honey\"\nturns = 5\n"
      "[[input]]\nturn = 9\nact = \"shock\"\nkind = \"bank_run\"\nturns = 5\n"
      "[[input]]\nturn = 10\nact = \"shock\"\nkind = \"drought\"\ngood = \"acorns\"\nturns = 5\n");
  for (int seed = 21; seed <= 24; ++seed) play(seed, "--inputs shocks.toml");

  const std::string calm = "1.wood 2.wood 3.wood 4.wood 5.wood 6.wood 7.wood 8.wood 9.wood";
  const Ran found =
      wood("drift --a " + calm + " --b 21.wood 22.wood 23.wood 24.wood --turns 7- --change-at 7");
  EXPECT_EQ(found.status, 1) << found.out << found.err;
  EXPECT_TRUE(has(found.out, "Drift: ")) << found.out;
  EXPECT_TRUE(has(found.out, "turns, 1 being the turn of the change")) << found.out;

  const Ran quiet = wood("drift 1.wood 2.wood");
  EXPECT_EQ(quiet.status, 0) << quiet.out << quiet.err;
  EXPECT_TRUE(has(quiet.out, "Nothing can be told: so few blocks")) << "four against four";
  EXPECT_TRUE(has(wood("drift --a " + calm + " --b 10.wood").out, "No drift"));
  EXPECT_TRUE(has(quiet.out, "No watch: a watch is set by 9 runs"));
  const Json json = json_of("drift --a " + calm + " --b 10.wood");
  EXPECT_EQ(json.int_or("found", -1), 0);
  EXPECT_EQ(json.str_or("unit", ""), "block") << "nine and one are dealt in ten ways";
  EXPECT_EQ(json.at("watch").at("runs").items().size(), 1U);
  EXPECT_EQ(json.at("watch").int_or("level_ppm", 0), 100'000);
  EXPECT_EQ(json_of("drift 1.wood --split 7").int_or("runs_b", 0), 1);

  const auto refused = [&](const std::string& line, const char* why) {
    const Ran ran = wood("drift " + line);
    EXPECT_EQ(ran.status, 2) << line;
    EXPECT_TRUE(has(ran.err, why)) << line << ": " << ran.err;
  };
  // One run against one, dealt whole, can tell nothing, and says so.
  EXPECT_TRUE(has(wood("drift 1.wood 2.wood --unit run").out, "Nothing can be told"));
  refused("1.wood --split 1", "begins at turn 2");
  refused("1.wood", "--split TURN");
  refused("1.wood 2.wood --split 4", "leave RUN-B");
  refused("1.wood 1.wood", "are one run");
  refused("1.wood 2.wood --turns x", "16-24");
  refused("1.wood 2.wood --turns 40-", "nothing from turn 40 on");
  refused("1.wood 2.wood --change-at 7", "a watch is set by 9 runs");
  refused("1.wood 2.wood --block 0", "1 to 1000");
  refused("--a " + calm + " --b 10.wood --watch newz", "did you mean \"news\"?");
  refused("1.wood nowhere.wood", "nowhere.wood");
}

}  // namespace
}  // namespace wood
