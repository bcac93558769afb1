#include "pipeline/vote.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

namespace wood {
namespace {

using State = Ballot::State;
using Why = Tally::Why;

// "a a b - ?": options, - for an abstention, ? for a ballot that failed.
std::vector<Ballot> ballots(const std::string& marks) {
  std::vector<Ballot> out;
  for (const char c : marks) {
    if (c == ' ') continue;
    Ballot b{.by = "v" + std::to_string(out.size())};
    b.state = c == '-' ? State::abstained : c == '?' ? State::failed : State::cast;
    if (b.state == State::cast) b.option = std::string(1, c);
    out.push_back(b);
  }
  return out;
}

VoteTerms terms(VoteRule rule, std::int64_t quorum = 1) {
  return {.rule = rule, .options = {"a", "b", "c"}, .fallback = "hold", .quorum = quorum};
}

struct Case {
  VoteRule rule;
  const char* marks;
  const char* outcome;
  Why why;
};

TEST(Vote, Rules) {
  static constexpr Case cases[] = {
      {VoteRule::plurality, "a a b c", "a", Why::decided},
      {VoteRule::plurality, "a a b b", "", Why::tie},
      {VoteRule::plurality, "b", "b", Why::decided},
      {VoteRule::plurality, "", "", Why::no_quorum},
      {VoteRule::plurality, "- ? -", "", Why::no_quorum},
      {VoteRule::majority, "a a b", "a", Why::decided},
      {VoteRule::majority, "a a b c", "", Why::no_majority},
      {VoteRule::majority, "a a b - -", "a", Why::decided},
      {VoteRule::majority, "a b", "", Why::tie},
      {VoteRule::unanimity, "a a - ?", "a", Why::decided},
      {VoteRule::unanimity, "a a b", "", Why::not_unanimous},
      {VoteRule::unanimity, "a b", "", Why::not_unanimous},
      {VoteRule::weighted, "a a b", "a", Why::decided},
  };
  for (const Case& c : cases) {
    const Tally tally = count(ballots(c.marks), terms(c.rule));
    EXPECT_EQ(tally.outcome, c.outcome) << c.marks;
    EXPECT_EQ(tally.why, c.why) << name(c.rule) << " " << c.marks << ": " << name(tally.why);
  }
}

TEST(Vote, WithoutAQuorumNothingIsDecided) {
  EXPECT_EQ(count(ballots("a a - -"), terms(VoteRule::plurality, 3)).why, Why::no_quorum);
  EXPECT_EQ(count(ballots("a a a -"), terms(VoteRule::plurality, 3)).outcome, "a");
}

TEST(Vote, WeightsDecideUnderAnyRule) {
  auto box = ballots("a b b");
  box[0].weight = 5;
  const Tally tally = count(box, terms(VoteRule::weighted));
  EXPECT_EQ(tally.outcome, "a");
  EXPECT_EQ(tally.counts.at("b"), 2);
  EXPECT_EQ(tally.weights.at("a"), 5);
  box[0].weight = 2;
  EXPECT_EQ(count(box, terms(VoteRule::weighted)).why, Why::tie);
}

TEST(Vote, ATieMayGoToTheOptionListedFirst) {
  VoteTerms t = terms(VoteRule::plurality);
  t.tie = TieRule::first;
  t.options = {"b", "a"};
  const Tally tally = count(ballots("a b"), t);
  EXPECT_EQ(tally.outcome, "b");
  EXPECT_EQ(tally.why, Why::tie);
}

TEST(Vote, TheBarIsOnTheWinnersMeanConfidence) {
  auto box = ballots("a a b");
  box[0].confidence = 60;
  box[1].confidence = 19;
  box[2].confidence = 100;
  VoteTerms t = terms(VoteRule::majority);
  t.confidence_min = 40;
  EXPECT_EQ(count(box, t).why, Why::low_confidence);  // (60 + 19) / 2 = 39
  box[1].confidence = 20;
  EXPECT_EQ(count(box, t).outcome, "a");
  box[0].confidence = box[1].confidence = -1;  // not stated: no bar
  EXPECT_EQ(count(box, t).confidence, 100);
}

VoteTerms median(std::int64_t spread_max = -1) {
  return {.rule = VoteRule::median,
          .options = {},
          .fallback = "0",
          .low = -100,
          .high = 100,
          .spread_max = spread_max};
}

std::vector<Ballot> quantities(const std::vector<int>& values) {
  std::vector<Ballot> out;
  for (const int value : values)
    out.push_back({.by = "v" + std::to_string(out.size()),
                   .state = State::cast,
                   .option = std::to_string(value)});
  return out;
}

TEST(Vote, OfQuantitiesTheLowerMedianDecides) {
  EXPECT_EQ(count(quantities({7, -3, 40}), median()).outcome, "7");
  EXPECT_EQ(count(quantities({9, 10, 100, -5}), median()).outcome, "9");  // of 9 and 10
  EXPECT_EQ(count(quantities({4}), median()).outcome, "4");
  EXPECT_EQ(count({}, median()).why, Why::no_quorum);
  auto heavy = quantities({1, 2, 50});
  heavy[2].weight = 4;
  EXPECT_EQ(count(heavy, median()).outcome, "50");
  EXPECT_EQ(count(quantities({10, 14}), median(4)).why, Why::decided);
  EXPECT_EQ(count(quantities({10, 15}), median(4)).why, Why::scattered);
  EXPECT_EQ(count(quantities({10, 15}), median(4)).outcome, "");
}

std::vector<Ballot> rankings(const std::vector<std::string>& lists) {
  std::vector<Ballot> out;
  for (const std::string& list : lists) {
    Ballot b{.by = "v" + std::to_string(out.size()), .state = State::cast};
    for (const char c : list) b.ranking.emplace_back(1, c);
    b.option = b.ranking.at(0);
    out.push_back(b);
  }
  return out;
}

// The compromise that nobody ranks last beats the favourite of the larger half.
TEST(Vote, OfRankingsTheMostPointsDecide) {
  const Tally tally = count(rankings({"abc", "abc", "abc", "bca", "bca"}), terms(VoteRule::borda));
  EXPECT_EQ(tally.outcome, "b");
  EXPECT_EQ(tally.weights, (std::map<std::string, std::int64_t>{{"a", 12}, {"b", 14}, {"c", 4}}));
  EXPECT_EQ(tally.counts.at("a"), 3);  // of first places
  EXPECT_EQ(count(rankings({"abc", "bac"}), terms(VoteRule::borda)).why, Why::tie);
}

TEST(Vote, WhatARankingLeavesOutSharesTheRest) {
  // 4 for a; b and c have places 2 and 3 between them, 1 half point each.
  const Tally tally = count(rankings({"a"}), terms(VoteRule::borda));
  EXPECT_EQ(tally.weights, (std::map<std::string, std::int64_t>{{"a", 4}, {"b", 1}, {"c", 1}}));
}

TEST(Vote, ConfidenceWeighsAsDeclaredOrAsMeasured) {
  auto box = ballots("a b b");
  box[0].confidence = 95;
  box[1].confidence = box[2].confidence = 40;
  box[1].measured_ppm = 990'000;
  VoteTerms t = terms(VoteRule::weighted);
  t.weights = Weights::confidence;
  t.unstated = 50;
  EXPECT_EQ(count(box, t).outcome, "a");  // 95 against 80
  EXPECT_EQ(count(box, t).weights.at("b"), 800'000);
  t.source = Source::measured;
  EXPECT_EQ(count(box, t).outcome, "b");  // 99 and 50 unmeasured against 50 unmeasured
  EXPECT_EQ(count(box, t).weights.at("b"), 1'490'000);
  for (Ballot& b : box) b.confidence = 0;
  t.source = Source::declared;
  EXPECT_EQ(count(box, t).why, Why::no_weight);
}

VoteTerms calibrated(std::map<std::string, std::int64_t> accuracy_ppm) {
  VoteTerms out{.rule = VoteRule::plurality, .options = {"a", "b"}, .fallback = "hold"};
  out.weights = Weights::calibrated;
  out.calibration.accuracy_ppm = std::move(accuracy_ppm);
  return out;
}

TEST(Vote, OneWhoIsOftenRightOutweighsTwoWhoAreNot) {
  VoteTerms t = calibrated({{"v0", 900'000}, {"v1", 600'000}, {"v2", 600'000}});
  EXPECT_EQ(count(ballots("a b b"), t).outcome, "a");  // ln 9 against 2 ln 1.5
  EXPECT_EQ(count(ballots("a b b"), t).weights.at("b"), 810);
  t.calibration.minds = {{"v0", "measured"}};  // another mind answered: nothing is known of it
  EXPECT_EQ(count(ballots("a b b"), t).outcome, "b");
}

TEST(Vote, ThreeWhoErrTogetherAreOne) {
  VoteTerms t = calibrated({{"v0", 850'000}, {"v1", 800'000}, {"v2", 800'000}, {"v3", 800'000}});
  EXPECT_EQ(count(ballots("a b b b"), t).outcome, "b");  // 1.73 against 3 · 1.39
  for (const auto& [x, y] : {std::pair("v1", "v2"), {"v1", "v3"}, {"v2", "v3"}})
    t.calibration.rho_ppm[{x, y}] = 1'000'000;
  EXPECT_EQ(count(ballots("a b b b"), t).outcome, "a");
}

// How often a vote is right, in 10^-18, where `independent[i]` says how often voter i is, in parts
// per million; a tie is half right. `follows[j]` is the voter that ballot j copies.
std::int64_t right_share(const VoteTerms& terms, const std::vector<std::int64_t>& independent,
                         const std::vector<std::size_t>& follows) {
  std::int64_t out = 0;
  for (unsigned world = 0; world < 1U << independent.size(); ++world) {
    std::int64_t chance = 1'000'000'000'000'000'000;
    for (std::size_t i = 0; i < independent.size(); ++i) {
      const bool right = ((world >> i) & 1U) != 0;
      chance = chance / 1'000'000 * (right ? independent[i] : 1'000'000 - independent[i]);
    }
    std::string marks;
    for (const std::size_t voter : follows) marks += ((world >> voter) & 1U) != 0 ? 'a' : 'b';
    const Tally tally = count(ballots(marks), terms);
    if (tally.outcome == "a") out += chance;
    if (tally.outcome.empty()) out += chance / 2;
  }
  return out;
}

// Three copies of one voter and two others. By heads the copies always decide, so the panel is
// right as often as that one, 70 %. Weighed by what was measured it is three opinions, any two of
// which decide: 2 · 0.7 · 0.75 · 0.25 + 0.75² = 82.5 %.
TEST(Vote, APanelWithCopiesIsRightMoreOftenWhenTheyAreDiscounted) {
  const std::vector<std::size_t> follows = {0, 0, 0, 1, 2};
  const std::vector<std::int64_t> right = {700'000, 750'000, 750'000};
  VoteTerms t = calibrated(
      {{"v0", 700'000}, {"v1", 700'000}, {"v2", 700'000}, {"v3", 750'000}, {"v4", 750'000}});
  for (const auto& [x, y] : {std::pair("v0", "v1"), {"v0", "v2"}, {"v1", "v2"}})
    t.calibration.rho_ppm[{x, y}] = 1'000'000;
  VoteTerms heads = t;
  heads.weights = Weights::stated;
  constexpr std::int64_t kPercent = 10'000'000'000'000'000;
  EXPECT_EQ(right_share(heads, right, follows), 70 * kPercent);
  EXPECT_EQ(right_share(t, right, follows), 825 * kPercent / 10);
}

// Independent voters, whoever they are: no worse than by heads, but for the weights' rounding.
RC_GTEST_PROP(Vote, WeighedByTheirLogOddsVotersAreRightNoLessOften, ()) {
  std::vector<std::int64_t> right;
  std::map<std::string, std::int64_t> accuracy;
  for (int i = 0; i < 3; ++i) {
    right.push_back(*rc::gen::inRange(500'000, 1'000'000));
    accuracy["v" + std::to_string(i)] = right.back();
  }
  const VoteTerms t = calibrated(accuracy);
  VoteTerms heads = t;
  heads.weights = Weights::stated;
  constexpr std::int64_t kRounding = 1'000'000'000'000'000;  // a thousandth
  RC_ASSERT(right_share(t, right, {0, 1, 2}) + kRounding >= right_share(heads, right, {0, 1, 2}));
}

TEST(Vote, AVetoBlocksWhatItIsNotCastFor) {
  auto box = ballots("a a b");
  box[2].veto = true;
  EXPECT_EQ(count(box, terms(VoteRule::majority)).why, Why::vetoed);
  EXPECT_EQ(count(box, terms(VoteRule::majority)).outcome, "");
  box[2].option = "a";
  EXPECT_EQ(count(box, terms(VoteRule::majority)).outcome, "a");
  box[2].state = State::abstained;  // a veto is a ballot, not a silence
  EXPECT_EQ(count(box, terms(VoteRule::majority)).outcome, "a");
}

TEST(Agreement, OfRankingsIsThatOfPairsAndOfQuantitiesThatOfNearOnes) {
  Agreement ranked;
  const auto pair = rankings({"abc", "bac"});  // two of three pairs of options alike
  ranked.add(pair, terms(VoteRule::borda));
  EXPECT_EQ(ranked.rho_milli(pair, answers_of(terms(VoteRule::borda))), 333);
  Agreement near;
  VoteTerms t = median();
  t.tolerance = 2;
  near.add(quantities({10, 12, 15}), t);
  EXPECT_EQ(answers_of(t), 201 / 5);
  // One pair of three agrees: (1 + 0 + 0) / 3.
  EXPECT_EQ(near.rho_milli(quantities({0, 0, 0}), answers_of(t)), 333);
}

TEST(Agreement, FiveWhoAlwaysAgreeAreOneOpinion) {
  Agreement agreement;
  for (int i = 0; i < 4; ++i) agreement.add(ballots("a a a a a"));
  const std::int64_t rho = agreement.rho_milli(ballots("a a a a a"), 2);
  EXPECT_EQ(rho, 1000);
  EXPECT_EQ(n_eff_milli(5, rho), 1000);
}

TEST(Agreement, AsOftenAsChanceIsIndependence) {
  Agreement agreement;
  agreement.add(ballots("a a"));
  agreement.add(ballots("a b"));
  EXPECT_EQ(agreement.rho_milli(ballots("a a"), 2), 0);
  EXPECT_EQ(n_eff_milli(2, 0), 2000);
  agreement.add(ballots("b b"));  // 2 of 3: (2·2 − 3) / 3
  EXPECT_EQ(agreement.rho_milli(ballots("a a"), 2), 333);
  EXPECT_EQ(n_eff_milli(2, 333), 1500);
  EXPECT_EQ(agreement.rho_milli(ballots("a - a"), 2), 0);  // a pair that has never met
  EXPECT_EQ(agreement.rho_milli(ballots("a"), 2), 0);
  EXPECT_EQ(n_eff_milli(0, 0), 0);
}

TEST(Agreement, SurvivesAsJson) {
  Agreement agreement;
  agreement.add(ballots("a a b"));
  const auto back = Agreement::from(agreement.json());
  ASSERT_TRUE(back);
  EXPECT_EQ(back->json(), agreement.json());
  EXPECT_EQ(Agreement::from(Json(1)).error().what, "agreement is no list");
  const Json wrong = Json::list(
      std::vector<Json>{Json::object({{"a", "x"}, {"agreed", 2}, {"b", "y"}, {"shared", 1}})});
  EXPECT_NE(Agreement::from(wrong).error().what.find("cannot be"), std::string::npos);
}

RC_GTEST_PROP(Agreement, NEffLiesBetweenOneAndN, ()) {
  const std::int64_t n = *rc::gen::inRange(1, 50);
  const std::int64_t rho = *rc::gen::inRange(0, 1001);
  const std::int64_t n_eff = n_eff_milli(n, rho);
  RC_ASSERT(n_eff >= 1000 && n_eff <= 1000 * n);
}

}  // namespace
}  // namespace wood
