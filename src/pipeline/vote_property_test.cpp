// What every rule promises, whatever the ballots, the weights and what was measured of the voters.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "pipeline/vote.h"

namespace wood {
namespace {

using State = Ballot::State;

const std::vector<std::string> kOptions = {"a", "b", "c"};
constexpr int kVoters = 8;  // the last one is kept for a ballot more

std::string voter(int i) { return "v" + std::to_string(i); }

VoteTerms any_terms() {
  VoteTerms out{.rule = static_cast<VoteRule>(*rc::gen::inRange(0, 6)),
                .options = kOptions,
                .fallback = "hold",
                .quorum = *rc::gen::inRange(1, 4)};
  const bool by_option = out.rule != VoteRule::borda && out.rule != VoteRule::median;
  if (out.rule == VoteRule::median) {
    out.options.clear();
    out.fallback = "0";
    out.low = -20;
    out.high = 20;
    out.spread_max = *rc::gen::inRange(-1, 30);
  }
  if (out.rule != VoteRule::unanimity)
    out.weights = static_cast<Weights>(*rc::gen::inRange(0, by_option ? 3 : 2));
  if (by_option) out.source = static_cast<Source>(*rc::gen::inRange(0, 2));
  out.unstated = *rc::gen::inRange(0, 101);
  for (int i = 0; i < kVoters; ++i) {
    out.calibration.accuracy_ppm[voter(i)] = *rc::gen::inRange(1, 1'000'000);
    for (int j = 0; j < i; ++j)
      out.calibration.rho_ppm[{voter(j), voter(i)}] = *rc::gen::inRange(0, 1'000'001);
  }
  return out;
}

void cast(Ballot& b, const std::vector<std::string>& ranking) {
  b.state = State::cast;
  b.option = ranking[0];
  b.ranking = ranking;
}

std::vector<std::string> any_ranking() {
  std::vector<std::string> out = kOptions;
  for (std::size_t i = out.size(); i > 1; --i)
    std::swap(out[i - 1], out[*rc::gen::inRange<std::size_t>(0, i)]);
  out.resize(*rc::gen::inRange<std::size_t>(1, out.size() + 1));
  return out;
}

Ballot any_ballot(int i, const VoteTerms& terms) {
  Ballot b{.by = voter(i)};
  b.confidence = *rc::gen::inRange(-1, 101);
  b.measured_ppm = *rc::gen::inRange(-1, 1'000'001);
  b.weight = *rc::gen::inRange(1, 5);
  b.state = *rc::gen::elementOf(
      std::vector<State>{State::cast, State::cast, State::cast, State::abstained, State::failed});
  if (b.state != State::cast) return b;
  cast(b, any_ranking());
  if (terms.rule == VoteRule::median) b.option = std::to_string(*rc::gen::inRange(-20, 21));
  return b;
}

std::vector<Ballot> any_ballots(const VoteTerms& terms) {
  std::vector<Ballot> out;
  const int n = *rc::gen::inRange(0, kVoters);
  for (int i = 0; i < n; ++i) out.push_back(any_ballot(i, terms));
  return out;
}

// Puts the winner first, whatever the ballot said.
void favour(Ballot& b, const std::string& winner, const VoteTerms& terms) {
  if (terms.rule == VoteRule::median) {
    b.state = State::cast;
    b.option = winner;
    return;
  }
  std::vector<std::string> ranking = b.ranking;
  std::erase(ranking, winner);
  ranking.insert(ranking.begin(), winner);
  cast(b, ranking);
}

void expect_same(const Tally& once, const Tally& again) {
  RC_ASSERT(once.outcome == again.outcome);
  RC_ASSERT(once.why == again.why);
  RC_ASSERT(once.counts == again.counts);
  RC_ASSERT(once.weights == again.weights);
  RC_ASSERT(once.leaders == again.leaders);
  RC_ASSERT(once.confidence == again.confidence);
  RC_ASSERT(once.cast == again.cast);
}

RC_GTEST_PROP(VoteRules, TheOrderOfBallotsNeverMatters, ()) {
  const VoteTerms terms = any_terms();
  std::vector<Ballot> box = any_ballots(terms);
  const Tally once = count(box, terms);
  Agreement agreement;
  agreement.add(box, terms);
  for (std::size_t i = box.size(); i > 1; --i)
    std::swap(box[i - 1], box[*rc::gen::inRange<std::size_t>(0, i)]);
  expect_same(once, count(box, terms));
  Agreement again;
  again.add(box, terms);
  RC_ASSERT(agreement.json() == again.json());
  RC_ASSERT(once.cast + once.abstained + once.failed == static_cast<std::int64_t>(box.size()));
}

RC_GTEST_PROP(VoteRules, AbstentionsAndFailuresNeverCount, ()) {
  const VoteTerms terms = any_terms();
  std::vector<Ballot> box = any_ballots(terms);
  const Tally with = count(box, terms);
  std::erase_if(box, [](const Ballot& b) { return b.state != State::cast; });
  expect_same(with, count(box, terms));
}

RC_GTEST_PROP(VoteRules, AVoteMoreForTheWinnerDoesNotMakeItLose, ()) {
  const VoteTerms terms = any_terms();
  std::vector<Ballot> box = any_ballots(terms);
  const Tally before = count(box, terms);
  RC_PRE(before.why == Tally::Why::decided);
  Ballot more = any_ballot(kVoters - 1, terms);
  favour(more, before.outcome, terms);
  box.push_back(more);
  RC_ASSERT(count(box, terms).outcome == before.outcome);
}

RC_GTEST_PROP(VoteRules, ABallotChangedForTheWinnerDoesNotMakeItLose, ()) {
  const VoteTerms terms = any_terms();
  std::vector<Ballot> box = any_ballots(terms);
  const Tally before = count(box, terms);
  RC_PRE(before.why == Tally::Why::decided);
  favour(box[*rc::gen::inRange<std::size_t>(0, box.size())], before.outcome, terms);
  RC_ASSERT(count(box, terms).outcome == before.outcome);
}

RC_GTEST_PROP(VoteRules, TheWinnerHasTheMostWeight, ()) {
  VoteTerms terms = any_terms();
  RC_PRE(terms.rule != VoteRule::median);
  terms.tie = static_cast<TieRule>(*rc::gen::inRange(0, 3));
  const Tally tally = count(any_ballots(terms), terms);
  RC_PRE(!tally.outcome.empty());
  for (const auto& [option, weight] : tally.weights)
    RC_ASSERT(weight <= tally.weights.at(tally.outcome));
}

}  // namespace
}  // namespace wood
