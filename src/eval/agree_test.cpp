#include "eval/agree.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "eval/testing.h"

namespace wood::eval {
namespace {

constexpr int kNone = kMissing;

// A table of cases × voters out of counts by option.
std::vector<int> spread(const std::vector<std::vector<int>>& counts) {
  std::vector<int> out;
  for (const auto& row : counts)
    for (std::size_t option = 0; option < row.size(); ++option)
      out.insert(out.end(), static_cast<std::size_t>(row[option]), static_cast<int>(option));
  return out;
}

// Ten cases, 14 voters, five options: the worked example under "Fleiss' kappa" in reference works.
TEST(Agree, FleissOnTheUsualExample) {
  const std::vector<int> cells = spread({{0, 0, 0, 0, 14},
                                         {0, 2, 6, 4, 2},
                                         {0, 0, 3, 5, 6},
                                         {0, 3, 9, 2, 0},
                                         {2, 2, 8, 1, 1},
                                         {7, 7, 0, 0, 0},
                                         {3, 2, 6, 3, 0},
                                         {2, 5, 3, 2, 2},
                                         {6, 5, 2, 1, 0},
                                         {0, 2, 2, 3, 7}});
  const Votes votes{14, cells};
  EXPECT_NEAR(*raw_agreement(votes), 0.378, 5e-4);
  EXPECT_NEAR(*fleiss_kappa(votes, 5), 0.210, 5e-4);
}

// Nearly everything is one option: kappa falls below zero at 94 % agreement, AC1 does not.
TEST(Agree, KappaParadox) {
  std::vector<int> cells;
  for (const auto& [a, b, times] : {std::tuple(0, 0, 118), {0, 1, 5}, {1, 0, 2}, {1, 1, 0}})
    for (int i = 0; i < times; ++i) cells.insert(cells.end(), {a, b});
  const Votes votes{2, cells};
  EXPECT_NEAR(*raw_agreement(votes), 0.944, 1e-12);
  EXPECT_NEAR(*cohen_kappa(votes, 0, 1, 2), -0.0234, 5e-5);
  EXPECT_NEAR(*gwet_ac1(votes, 2), 0.9408, 5e-5);
}

TEST(Agree, WhatVotesCannotTellIsAbsent) {
  const std::vector<int> alone{0, kNone, kNone, 1};
  EXPECT_FALSE(raw_agreement({2, alone}));
  EXPECT_FALSE(cohen_kappa({2, alone}, 0, 1, 2));
  const std::vector<int> one_option{1, 1, 1, 1};
  EXPECT_EQ(raw_agreement({2, one_option}), 1);
  EXPECT_FALSE(fleiss_kappa({2, one_option}, 2));
  EXPECT_EQ(gwet_ac1({2, one_option}, 2), 1);
  const std::vector<int> none{kNone, kNone};
  EXPECT_FALSE(majority({2, none}, std::vector<int>{0}));
  EXPECT_FALSE(accuracy({2, none}, std::vector<int>{0})[0]);
  const std::vector<int> never_wrong{0, 0, 0, 0};
  EXPECT_FALSE(mean_error_correlation({2, never_wrong}));
  EXPECT_FALSE(effective_voters({2, never_wrong}, {}));
}

TEST(Agree, ErrorsAndMajorityByHand) {
  const std::vector<int> cells{0, 0, 1,      // right by two
                               1, 1, kNone,  // right
                               2, 1, 0,      // a tie of three, the truth among them
                               2, 0, 2};     // wrong; the second is the one who is right
  const Votes votes{3, cells};
  const std::vector<int> truth{0, 1, 1, 0};
  EXPECT_EQ(errors_of(votes, truth), (std::vector<int>{0, 0, 1, 0, 0, kNone, 1, 0, 1, 1, 0, 1}));
  const auto found = majority(votes, truth);
  EXPECT_DOUBLE_EQ(found->accuracy, (1 + 1 + 1.0 / 3 + 0) / 4);
  EXPECT_EQ(found->tied, 1);
  EXPECT_EQ(accuracy(votes, truth)[0], 0.5);
  EXPECT_EQ(accuracy(votes, truth)[1], 1);
  EXPECT_EQ(accuracy(votes, truth)[2], 0);
  // Wrong together: the first and the third in cases 3 (unlike) and 4 (alike).
  EXPECT_EQ(same_wrong(votes, truth), 0.5);
}

TEST(Agree, EffectiveVotersByFormula) {
  EXPECT_EQ(effective_voters(5, 0), 5);
  EXPECT_EQ(effective_voters(5, 1), 1);
  EXPECT_NEAR(effective_voters(5, 0.375), 2, 1e-12);
  EXPECT_GT(effective_voters(5, -0.1), 5);
  EXPECT_TRUE(std::isinf(effective_voters(2, -1)));
}

TEST(Agree, TwinsAreOneVoter) {
  const std::vector<int> errors{0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0};
  const auto found = effective_voters({2, errors}, {1, "twins", 200});
  ASSERT_TRUE(found);
  EXPECT_DOUBLE_EQ(found->n_eff, 1);
  EXPECT_EQ(found->pairs, 1);
}

// Five voters of known accuracy and error correlation, 150 cases, many times over: how often the
// 95 % intervals hold what was planted. Of three panels, since an interval may be right for one rho
// and wrong for another.
TEST(PlantedTruth, VotersOfKnownCorrelationAreFound) {
  constexpr int kRepeats = 200;
  constexpr int kCases = 150;
  const std::vector<int> truth(kCases, 0);
  for (const double rho : {0.0, 0.3, 0.6}) {
    const PlantedVoters planted{5, 0.7, rho};
    int n_eff = 0;
    int accurate = 0;
    double sum = 0;
    for (int repeat = 0; repeat < kRepeats; ++repeat) {
      Luck luck("voters", repeat);
      const std::vector<int> cells = planted.draw(kCases, luck);
      const Votes votes{planted.voters, cells};
      const std::vector<int> errors = errors_of(votes, truth);
      const Draws draws{static_cast<std::uint64_t>(repeat), "coverage", 300};
      const auto found = effective_voters({votes.voters, errors}, draws);
      ASSERT_TRUE(found);
      sum += found->rho.value / kRepeats;
      n_eff += found->interval.holds(effective_voters(5, rho)) ? 1 : 0;
      const auto majority = majority_accuracy(votes, truth, draws);
      accurate += majority->interval.holds(planted.majority_accuracy()) ? 1 : 0;
    }
    const std::string at = " at rho " + std::to_string(rho);
    RecordProperty("n_eff held" + at, n_eff);
    RecordProperty("accuracy held" + at, accurate);
    EXPECT_NEAR(sum, rho, 0.01) << at;
    EXPECT_TRUE(plausible(n_eff, kRepeats, 0.95)) << n_eff << at;
    EXPECT_TRUE(plausible(accurate, kRepeats, 0.95)) << accurate << at;
  }
}

// A random table: up to 8 cases of 4 voters and 3 options, some missing.
std::vector<int> some_votes() {
  auto cells = *rc::gen::container<std::vector<int>>(rc::gen::inRange(-1, 3));
  cells.resize(cells.size() / 4 * 4);
  return cells;
}

bool same(const std::optional<double>& a, const std::optional<double>& b) {
  return a.has_value() == b.has_value() && (!a || std::abs(*a - *b) < 1e-12);
}

RC_GTEST_PROP(AgreeProperty, NeitherTheOrderOfVotersNorOfCasesMatters, ()) {
  const std::vector<int> cells = some_votes();
  const std::vector<int> turned(cells.rbegin(), cells.rend());
  const Votes a{4, cells};
  const Votes b{4, turned};
  RC_ASSERT(same(raw_agreement(a), raw_agreement(b)));
  RC_ASSERT(same(fleiss_kappa(a, 3), fleiss_kappa(b, 3)));
  RC_ASSERT(same(gwet_ac1(a, 3), gwet_ac1(b, 3)));
  RC_ASSERT(same(cohen_kappa(a, 0, 1, 3), cohen_kappa(b, 3, 2, 3)));
  const std::vector<int> truth(static_cast<std::size_t>(a.cases()), 1);
  const std::vector<int> errors_a = errors_of(a, truth);
  const std::vector<int> errors_b = errors_of(b, truth);
  RC_ASSERT(same(mean_error_correlation({4, errors_a}), mean_error_correlation({4, errors_b})));
}

RC_GTEST_PROP(AgreeProperty, AllStayInTheirBounds, ()) {
  const std::vector<int> cells = some_votes();
  const Votes votes{4, cells};
  const auto within = [](const std::optional<double>& one, double low) {
    return !one || (*one >= low - 1e-12 && *one <= 1 + 1e-12);
  };
  RC_ASSERT(within(raw_agreement(votes), 0));
  RC_ASSERT(within(gwet_ac1(votes, 3), -1));
  RC_ASSERT(within(cohen_kappa(votes, 0, 1, 3), -1));
  RC_ASSERT(within(fleiss_kappa(votes, 3), -std::numeric_limits<double>::infinity()));
  std::vector<int> all = cells;
  for (int& one : all) one = std::max(one, 0);
  RC_ASSERT(within(fleiss_kappa({4, all}, 3), -1.0 / 3));  // −1/(voters − 1) with none missing
  const std::vector<int> truth(static_cast<std::size_t>(votes.cases()), 0);
  const std::vector<int> errors = errors_of(votes, truth);
  for (const auto& phi : error_correlation({4, errors}))
    RC_ASSERT(!phi || std::abs(*phi) <= 1 + 1e-12);
  if (const auto found = majority(votes, truth))
    RC_ASSERT(found->accuracy >= 0 && found->accuracy <= 1);
}

}  // namespace
}  // namespace wood::eval
