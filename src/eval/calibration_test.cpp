#include "eval/calibration.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>

#include "core/toml.h"
#include "eval/testing.h"
#include "eval/voters.h"

namespace wood::eval {
namespace {

// Runs of a desk of two seats that say 0.5 to 1.0. "bold" is right with chance ½ + (said − ½)/2,
// "fair" as often as it says. Each run is luckier or not than others by a common error.
std::vector<Figures> runs(int first_seed, int count, int proposals = 150) {
  std::vector<Figures> out;
  for (int r = 0; r < count; ++r) {
    Luck luck("calibration", first_seed + r);
    Figures run;
    run.scenario = "planted";
    run.cast = "two";
    run.seed = std::to_string(first_seed + r);
    run.root = "root " + run.seed;
    for (int p = 0; p < proposals; ++p) {
      Proposal one{.turn = p + 1,
                   .good = "honey",
                   .lots = 1,
                   .limit_mp = 10,
                   .latent_mp = 20,
                   .outcome = "approve",
                   .ballots = {}};
      for (const char* seat : {"bold", "fair"}) {
        const int said = 50 + luck.below(51);
        const double chance =
            seat == std::string("bold") ? 0.5 + (said - 50) / 200.0 : said / 100.0;
        one.ballots.push_back({.seat = seat,
                               .mind = "m",
                               .vote = luck.uniform() < chance ? "approve" : "reject",
                               .stated_ppm = said * 10'000,
                               .measured_ppm = -1});
      }
      one.ballots.push_back(
          {.seat = "silent", .mind = "", .vote = "", .stated_ppm = -1, .measured_ppm = -1});
      run.proposals.push_back(std::move(one));
    }
    out.push_back(std::move(run));
  }
  return out;
}

const CalibrationRow& row(const std::vector<CalibrationRow>& rows, const std::string& who) {
  for (const CalibrationRow& one : rows)
    if (one.who == who) return one;
  ADD_FAILURE() << who;
  return rows.front();
}

TEST(PlantedTruth, AMapMendsTheOneWhoIsTooSureAndHardlyTouchesTheOther) {
  const auto made = fit(runs(1, 12), By::voter, Sureness::stated);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->maps.size(), 2u);
  EXPECT_EQ(made->ballots, 12 * 150 * 2);
  for (const std::int64_t said : {600'000, 800'000, 950'000}) {
    const auto near = [&](const char* who, std::int64_t truth) {
      EXPECT_LE(std::abs(made->maps.at(who).accuracy_ppm(said) - truth), 90'000) << who << said;
    };
    near("bold", 500'000 + (said - 500'000) / 2);
    near("fair", said);
  }
  const auto rows = judge(*made, runs(101, 12), {.draws = {1, "planted", 300}, .binning = {}});
  ASSERT_EQ(rows.size(), 2u);
  const CalibrationRow& bold = row(rows, "bold");
  EXPECT_EQ(bold.ballots, 1'800);
  EXPECT_EQ(bold.runs, 12);
  EXPECT_GT(bold.before.ece.value, 0.08);
  EXPECT_LE(bold.before.calibrated.p, 0.01);
  EXPECT_LT(bold.after.ece.value, bold.before.ece.value);
  EXPECT_GT(bold.after.calibrated.p, 0.01);
  EXPECT_LT(bold.brier_change.interval.high, 0) << "better, beyond chance";
  EXPECT_LT(bold.log_loss_change.interval.high, 0);
  EXPECT_TRUE(bold.before.brier.interval.holds(bold.before.brier.value));
  EXPECT_NEAR(bold.before.brier.value,
              bold.before.murphy.reliability - bold.before.murphy.resolution +
                  bold.before.murphy.uncertainty + bold.before.murphy.within,
              1e-12);
  const CalibrationRow& fair = row(rows, "fair");
  EXPECT_GT(fair.before.calibrated.p, 0.01);
  EXPECT_GT(fair.brier_change.interval.high, 0) << "nothing to mend";
  EXPECT_NEAR(fair.brier_change.value, 0, 0.02);
}

TEST(Calibration, OneMapForAllAndOneForEachMind) {
  const auto all = fit(runs(1, 3), By::all, Sureness::stated);
  const auto mind = fit(runs(1, 3), By::mind, Sureness::stated);
  ASSERT_TRUE(all && mind);
  EXPECT_TRUE(all->maps.contains("all"));
  ASSERT_TRUE(mind->maps.contains("m"));
  EXPECT_EQ(all->maps.at("all").knots(), mind->maps.at("m").knots());
  const auto rows = judge(*all, runs(50, 1), {.draws = {1, "one", 50}, .binning = {}});
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].runs, 1);
  EXPECT_EQ(rows[0].brier_change.replicates, 0) << "one run has no other to be drawn";
}

TEST(Calibration, TheOrderOfTheRunsChangesNothing) {
  std::vector<Figures> some = runs(1, 5, 20), others = runs(11, 5, 20);
  const ReportTerms terms{.draws = {1, "order", 100}, .binning = {}};
  const auto told = [&] {
    Json out = Json::array();
    for (const CalibrationRow& one : judge(*fit(some, By::voter, Sureness::stated), others, terms))
      out.push(json(one));
    return out;
  };
  const Json before = told();
  std::reverse(some.begin(), some.end());
  std::rotate(others.begin(), others.begin() + 2, others.end());
  EXPECT_EQ(told(), before);
}

TEST(Calibration, WithoutAConfidenceThereIsNothingToFit) {
  const auto made = fit(runs(1, 2), By::all, Sureness::measured);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, Errc::usage);
  EXPECT_NE(made.error().what.find("--source stated"), std::string::npos);
}

TEST(Calibration, ARunOnBothSidesIsRefused) {
  const auto named = [](const std::vector<Figures>& figures, const std::string& file) {
    std::vector<NamedRun> out;
    for (const Figures& one : figures) out.push_back({run_name(one), file + one.seed});
    return out;
  };
  const auto fit_runs = named(runs(1, 3), "f"), test_runs = named(runs(4, 3), "t");
  EXPECT_TRUE(disjoint(fit_runs, test_runs));
  auto again = test_runs;
  again[1].run.root = fit_runs[2].run.root;
  const Status root = disjoint(fit_runs, again);
  ASSERT_FALSE(root);
  EXPECT_EQ(root.error().code, Errc::usage);
  EXPECT_NE(root.error().what.find("the same record"), std::string::npos) << root.error().what;
  auto seed = test_runs;
  seed[0].run.seed = "2";
  seed[0].run.cast = "another";
  const Status shared = disjoint(fit_runs, seed);
  ASSERT_FALSE(shared);
  EXPECT_NE(shared.error().what.find("one seed"), std::string::npos);
  EXPECT_NE(shared.error().what.find("f2"), std::string::npos) << "names the files";
  seed[0].run.scenario = "elsewhere";
  EXPECT_TRUE(disjoint(fit_runs, seed));
}

TEST(Calibration, TheFileComesBackAsItWas) {
  const Calibration made = *fit(runs(1, 4), By::voter, Sureness::stated);
  const auto back = Calibration::from(*parse_json(made.json().dump()));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->json(), made.json());
  EXPECT_EQ(back->fitted_on, made.fitted_on);
}

TEST(Calibration, WhatIsNoFileOfItsKindIsRefused) {
  const Json good = fit(runs(1, 2), By::all, Sureness::stated)->json();
  ASSERT_TRUE(Calibration::from(good));
  const auto refused = [&](const char* member, Json value) {
    Json bad = good;
    bad.set(member, std::move(value));
    const auto back = Calibration::from(bad);
    return !back && back.error().code == Errc::schema;
  };
  EXPECT_TRUE(refused("kind", "something"));
  EXPECT_TRUE(refused("format", 2));
  EXPECT_TRUE(refused("by", "weather"));
  EXPECT_TRUE(refused("source", "felt"));
  EXPECT_TRUE(refused("maps", Json::object()));
  EXPECT_TRUE(refused("maps", Json::object({{"all", Json::object()}})));
}

RC_GTEST_PROP(Calibration, AnyJsonIsReadOrRefused, ()) {
  Json any = Json::object({{"format", 1}, {"kind", "calibration"}});
  any.set("by", *rc::gen::element(Json("voter"), Json("mind"), Json("all"), Json("x"), Json(1)));
  any.set("source", *rc::gen::element(Json("stated"), Json("measured"), Json()));
  Json knots = Json::array();
  for (const auto& [x, y] : *rc::gen::container<std::vector<std::pair<int, int>>>(
           rc::gen::pair(rc::gen::inRange(-10, 1'000'010), rc::gen::inRange(-10, 1'000'010)))) {
    Json knot = Json::array();
    knot.push(x);
    knot.push(y);
    knots.push(std::move(knot));
  }
  any.set("maps", Json::object({{"all", Json::object({{"between", "linear"}, {"knots", knots}})}}));
  const auto made = Calibration::from(any);
  if (!made) {
    RC_ASSERT(made.error().code == Errc::schema);
    return;
  }
  const auto said = static_cast<std::int64_t>(*rc::gen::inRange(0, 1'000'001));
  const std::int64_t right = made->maps.at("all").accuracy_ppm(said);
  RC_ASSERT(right >= 0 && right <= 1'000'000);
}

TEST(Voters, AreWhatTheirBallotsSay) {
  Figures run;
  // Errors of a and b: 1100 and 1010, which correlate by 0; b and c are always wrong together.
  const char* votes[4][3] = {{"reject", "reject", "reject"},
                             {"reject", "approve", "approve"},
                             {"approve", "reject", "reject"},
                             {"approve", "approve", "approve"}};
  for (const auto& row : votes) {
    Proposal one{.turn = 1,
                 .good = "honey",
                 .lots = 1,
                 .limit_mp = 10,
                 .latent_mp = 20,
                 .outcome = "approve",
                 .ballots = {}};
    for (int seat = 0; seat < 3; ++seat)
      one.ballots.push_back({.seat = std::string(1, static_cast<char>('a' + seat)),
                             .mind = seat == 0 ? "" : "m",
                             .vote = row[seat]});
    one.ballots.push_back({.seat = "shy", .mind = "m", .vote = "abstain"});
    run.proposals.push_back(one);
  }
  const Voters seen = voters({&run, 1});
  EXPECT_EQ(seen.by_seat.size(), 3u);
  EXPECT_EQ(seen.by_seat.at("a").accuracy_ppm(), 500'000);
  EXPECT_EQ(seen.rho_ppm.at({"a", "b"}), 0);
  EXPECT_EQ(seen.rho_ppm.at({"b", "c"}), 1'000'000);
  const auto made = parse_toml("[[step]]\n" + toml(seen));
  ASSERT_TRUE(made) << made.error().what;
  const Json& calibration = made->value.at("step").items().front().at("calibration");
  EXPECT_EQ(calibration.at("accuracy_ppm").int_or("b", 0), 500'000);
  EXPECT_EQ(calibration.at("minds"), Json::object({{"b", "m"}, {"c", "m"}}));
  ASSERT_EQ(calibration.at("pair").items().size(), 1u);
  EXPECT_EQ(calibration.at("pair").items()[0].int_or("rho_ppm", 0), 1'000'000);
  EXPECT_EQ((Voter{.ballots = 3, .right = 3, .mind = ""}).accuracy_ppm(), 999'999);
  EXPECT_EQ((Voter{.ballots = 3, .right = 2, .mind = ""}).accuracy_ppm(), 666'667);
}

// The worked example of docs/formats/calibration.md.
TEST(Calibration, TheDocumentsExampleIsRead) {
  std::ifstream file(WOOD_SOURCE_DIR "/docs/formats/calibration.md");
  std::ostringstream text;
  text << file.rdbuf();
  const std::string all = text.str();
  const std::size_t from = all.find("```json\n");
  ASSERT_NE(from, std::string::npos);
  const auto json = parse_json(all.substr(from + 8, all.find("```", from + 8) - from - 8));
  ASSERT_TRUE(json) << json.error().what;
  const auto made = Calibration::from(*json);
  ASSERT_TRUE(made) << made.error().what;
  EXPECT_EQ(made->json(), *json);
  EXPECT_EQ(made->maps.at("risk").accuracy_ppm(700'000), 550'000);
  EXPECT_EQ(made->maps.at("risk").accuracy_ppm(100'000), 500'000);
}

}  // namespace
}  // namespace wood::eval
