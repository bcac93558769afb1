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

RC_GTEST_PROP(Vote, TheOrderOfBallotsDoesNotMatter, ()) {
  const auto marks = *rc::gen::container<std::string>(rc::gen::element('a', 'b', 'c', '-', '?'));
  auto box = ballots(marks);
  for (Ballot& b : box) b.weight = *rc::gen::inRange(1, 4);
  const auto rule = static_cast<VoteRule>(*rc::gen::inRange(0, 4));
  const Tally once = count(box, terms(rule));
  std::reverse(box.begin(), box.end());
  const Tally again = count(box, terms(rule));
  RC_ASSERT(once.outcome == again.outcome && once.why == again.why);
  RC_ASSERT(once.weights == again.weights && once.confidence == again.confidence);
  RC_ASSERT(once.cast + once.abstained + once.failed == static_cast<std::int64_t>(box.size()));
  if (!once.outcome.empty())
    for (const auto& [option, weight] : once.weights)
      RC_ASSERT(weight <= once.weights.at(once.outcome));
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
