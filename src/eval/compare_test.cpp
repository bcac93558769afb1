#include "eval/compare.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "eval/power.h"
#include "eval/testing.h"

namespace wood::eval {
namespace {

// A run with nothing but a Treasury that ends with this profit (pebbles).
Run run_of(const std::string& cast, std::uint64_t seed, double pnl) {
  Run run;
  run.cast = cast;
  run.seed = seed;
  Trader treasury;
  treasury.name = "treasury";
  treasury.pnl_mp = {0, static_cast<std::int64_t>(pnl * 1'000)};
  treasury.worth_mp = {200'000, 200'000 + treasury.pnl_mp.back()};
  run.figures.traders.push_back(std::move(treasury));
  return run;
}

std::vector<std::uint64_t> seeds_of(int count) {
  std::vector<std::uint64_t> out;
  for (int i = 0; i < count; ++i) out.push_back(static_cast<std::uint64_t>(i + 1));
  return out;
}

std::vector<CastNote> two_casts() { return {{"a", "", {}, {}, {}}, {"b", "", {}, {}, {}}}; }

// Both casts share the seed's luck; b has `edge` on top of it, and luck of its own.
Comparison planted(double edge, int count, int repeat) {
  Luck luck("compare_test", repeat);
  std::vector<eval::Run> runs;
  for (const std::uint64_t seed : seeds_of(count)) {
    const double common = 10 * luck.normal();
    runs.push_back(run_of("a", seed, common + luck.normal()));
    runs.push_back(run_of("b", seed, common + edge + luck.normal()));
  }
  return compare(two_casts(), seeds_of(count), std::move(runs),
                 static_cast<std::uint64_t>(repeat) + 1);
}

const MetricLine& pnl(const Comparison& c) { return c.lines.front(); }

TEST(Compare, WithoutAnEdgeFalseAlarmsAreAsRareAsTheyShouldBe) {
  constexpr int kRepeats = 200;
  int alarms = 0, covered = 0;
  for (int repeat = 0; repeat < kRepeats; ++repeat) {
    const Comparison c = planted(0, 12, repeat);
    ASSERT_TRUE(pnl(c).differences[0].test);
    alarms += pnl(c).differences[0].test->p <= 0.05;
    covered += pnl(c).differences[0].mean->interval.holds(0);
  }
  EXPECT_TRUE(plausible(alarms, kRepeats, 0.05)) << alarms;
  EXPECT_GT(covered, kRepeats * 85 / 100) << "of percentile intervals of twelve seeds";
}

TEST(Compare, APlantedEdgeIsFoundAsOftenAsThePowerSays) {
  constexpr int kRepeats = 100;
  constexpr double kEdge = 1.3;
  int found = 0;
  for (int repeat = 0; repeat < kRepeats; ++repeat)
    found += pnl(planted(kEdge, 12, 1'000 + repeat)).differences[0].test->p <= 0.05;
  const PowerTerms terms{
      .pairs = 12, .test = PairedTest::sign_flip, .deviation = std::sqrt(2.0), .pilot = {}};
  const double power =
      power_paired(kEdge, terms, {.seed = 1, .purpose = "test", .replicates = 400}).power;
  EXPECT_GT(power, 0.5);
  EXPECT_TRUE(plausible(found, kRepeats, power)) << found << " of 100, power " << power;
}

TEST(Compare, ThePairingCancelsTheLuckThatBothShare) {
  const Comparison c = planted(3, 15, 7);
  const Interval own = pnl(c).casts[1].mean->interval;
  const Interval difference = pnl(c).differences[0].mean->interval;
  EXPECT_LT(difference.high - difference.low, (own.high - own.low) / 2);
  EXPECT_NEAR(pnl(c).differences[0].mean->value, 3, 4 * std::sqrt(2.0 / 15));
}

TEST(Compare, ItIsAFunctionOfTheRuns) {
  const Json once = json(planted(1, 8, 3)), again = json(planted(1, 8, 3));
  EXPECT_EQ(once, again);
  std::vector<eval::Run> runs;
  for (const std::uint64_t seed : seeds_of(5))
    for (const char* cast : {"b", "a"})
      runs.push_back(run_of(cast, seed, 1.5 * static_cast<double>(seed)));
  const Json sorted = json(compare(two_casts(), seeds_of(5), runs));
  std::reverse(runs.begin(), runs.end());
  EXPECT_EQ(sorted.at("metrics"), json(compare(two_casts(), seeds_of(5), runs)).at("metrics"));
}

TEST(Compare, ARunThatIsMissingLeavesAHole) {
  std::vector<eval::Run> runs;
  for (const std::uint64_t seed : seeds_of(6)) {
    runs.push_back(run_of("a", seed, static_cast<double>(seed)));
    if (seed != 3) runs.push_back(run_of("b", seed, static_cast<double>(seed) + 2));
  }
  const Comparison c = compare(two_casts(), seeds_of(6), std::move(runs));
  EXPECT_FALSE(pnl(c).casts[1].values[2]);
  EXPECT_EQ(pnl(c).differences[0].test->n, 5);
  EXPECT_DOUBLE_EQ(pnl(c).differences[0].mean->value, 2);
}

// Five voters of known accuracy and error correlation, put through ballots and back.
TEST(Compare, PlantedVotersAreFoundAgain) {
  const PlantedVoters voters{.voters = 5, .accuracy = 0.75, .rho = 0.4};
  Luck luck("compare_test.voters", 1);
  std::vector<eval::Run> runs;
  for (const std::uint64_t seed : seeds_of(40)) {
    eval::Run run = run_of("a", seed, 0);
    const std::vector<int> cells = voters.draw(25, luck);
    for (int i = 0; i < 25; ++i) {
      Proposal p;
      p.lots = i % 2 == 0 ? 1 : -1;
      p.limit_mp = 500;
      p.latent_mp = luck.uniform() < 0.5 ? 400 : 600;
      for (int v = 0; v < 5; ++v) {
        const bool wrong = cells[static_cast<std::size_t>(i * 5 + v)] == 1;
        const bool approve = (p.truth() == "approve") != wrong;
        p.ballots.push_back({.seat = "seat" + std::to_string(v),
                             .vote = approve ? "approve" : "reject",
                             .stated_ppm = 750'000,
                             .measured_ppm = -1});
      }
      p.outcome = "approve";
      run.figures.proposals.push_back(std::move(p));
    }
    runs.push_back(std::move(run));
  }
  const Comparison c = compare({{"a", "", {}, {}, {}}}, seeds_of(40), std::move(runs));
  const CouncilLine& council = c.councils.front();
  EXPECT_EQ(council.cases, 1'000);
  ASSERT_TRUE(council.effective);
  EXPECT_TRUE(council.effective->rho.interval.holds(0.4)) << council.effective->rho.value;
  EXPECT_TRUE(council.effective->interval.holds(effective_voters(5, 0.4)));
  ASSERT_TRUE(council.majority);
  EXPECT_TRUE(council.majority->interval.holds(voters.majority_accuracy()));
  ASSERT_TRUE(council.stated.ece);
  EXPECT_LT(*council.stated.ece, 0.03);  // they say 75 % and are right in 75 %
  EXPECT_EQ(council.measured.cases, 0);
}

TEST(Compare, NothingIsClaimedOfWhatWasNotTrained) {
  auto casts = two_casts();
  casts[1].trained = {{"m", "creature.act"}};
  const auto runs_with = [&](const std::string& task) {
    std::vector<eval::Run> runs;
    for (const std::uint64_t seed : seeds_of(12)) {
      runs.push_back(run_of("a", seed, static_cast<double>(seed)));
      runs.push_back(run_of("b", seed, static_cast<double>(seed) + 50));
      runs.back().figures.answers[{"m", task}].asked = 10;
    }
    return runs;
  };
  const auto trained = claims(compare(casts, seeds_of(12), runs_with("creature.act")));
  ASSERT_FALSE(trained.empty());
  EXPECT_NE(trained.front().find("b is better than a in treasury_pnl"), std::string::npos)
      << trained.front();
  const Comparison other = compare(casts, seeds_of(12), runs_with("desk.vote"));
  EXPECT_EQ(other.coverage[1].untrained, 120);
  const auto untrained = claims(other);
  ASSERT_EQ(untrained.size(), 1u);
  EXPECT_NE(untrained.front().find("nothing is claimed"), std::string::npos);
}

}  // namespace
}  // namespace wood::eval
