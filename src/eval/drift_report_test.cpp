// Drift on runs of the wood itself: rule-based minds, the default scenario, and the change of
// regime that scenarios/inputs/regime.toml brings at turn 16.
#include "eval/drift_report.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/toml.h"
#include "drama/testing.h"
#include "eval/testing.h"
#include "eval/watch.h"

namespace wood::eval {
namespace {

constexpr int kTurns = 24, kChange = 16;
constexpr int kCalm = 24, kChanged = 8;

enum class Regime { calm, changed };

Observed played(int seed, Regime regime) {
  Setup setup = *testing::rules_setup(kTurns);
  setup.seed = static_cast<std::uint64_t>(seed);
  ListedInbox inbox;
  if (regime == Regime::changed) {
    const auto text = read_file(WOOD_SOURCE_DIR "/scenarios/inputs/regime.toml");
    const Toml document = *parse_toml(*text);
    for (Json input : document.value.at("input").items()) {
      const std::int64_t turn = input.int_or("turn", 0);
      input.erase("turn");
      EXPECT_GE(turn, kChange);
      inbox.add(turn, {"operator", std::move(input)});
    }
  }
  LedgerOptions options{.run = "drift", .key = *SigningKey::generate("drift")};
  const auto ledger = *Ledger::create(memory_store(), std::move(options));
  testing::RulesPanel panel;
  EXPECT_TRUE(
      play(setup, *ledger, panel, inbox, {.on_turn = {}, .pause = {}, .check_invariants = false}));
  return *observe(LedgerReader(ledger->store()));
}

class Drift : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    calm_ = new std::vector<Observed>;
    changed_ = new std::vector<Observed>;
    for (int s = 1; s <= kCalm; ++s) calm_->push_back(played(s, Regime::calm));
    for (int s = 0; s < kChanged; ++s) changed_->push_back(played(101 + s, Regime::changed));
  }
  static void TearDownTestSuite() {
    delete calm_, delete changed_;
    calm_ = changed_ = nullptr;
  }
  static std::span<const Observed> calm(int first, int count) {
    return std::span<const Observed>(*calm_).subspan(static_cast<std::size_t>(first),
                                                     static_cast<std::size_t>(count));
  }
  static std::vector<Observed> shuffled(int split) {
    Luck luck("drift.split", split);
    std::vector<Observed> out = *calm_;
    for (int i = 0; i < kCalm; ++i)
      std::swap(out[static_cast<std::size_t>(i)],
                out[static_cast<std::size_t>(i + luck.below(kCalm - i))]);
    return out;
  }
  static std::span<const Observed> changed() { return *changed_; }
  static const DriftRow& row(const DriftReport& report, const std::string& name) {
    return *std::find_if(report.rows.begin(), report.rows.end(),
                         [&](const DriftRow& one) { return one.name == name; });
  }
  // Owned here so that the suite plays its runs once.
  static inline std::vector<Observed>*calm_ = nullptr, *changed_ = nullptr;
};

TEST_F(Drift, ChannelsSayWhatWasPlayed) {
  const Observed& run = calm(6, 1).front();
  EXPECT_EQ(run.seed, "7");
  EXPECT_EQ(run.channels.at("return honey").value.size(), std::size_t{kTurns});
  EXPECT_EQ(run.channels.at("mean move").value.size(), std::size_t{kTurns});
  EXPECT_EQ(run.channels.at("act desk.vote").label.size(), std::size_t{5 * kTurns});
  EXPECT_EQ(run.channels.at("stated confidence desk.vote").value.size(), std::size_t{5 * kTurns});
  EXPECT_FALSE(run.channels.contains("forced share creature.act")) << "rules have no tokens";
  EXPECT_TRUE(run.measured.right.empty());
  EXPECT_GT(run.stated.right.size(), 20u);
  const Channel& orders = run.channels.at("order");
  const auto refusal = run.channels.find("refusal");
  EXPECT_EQ(std::count(orders.label.begin(), orders.label.end(), "refused"),
            refusal == run.channels.end() ? 0 : std::ssize(refusal->second.label));
  for (const auto& [name, channel] : run.channels) {
    EXPECT_EQ(channel.turn.size(), channel.value.size() + channel.label.size()) << name;
    EXPECT_TRUE(std::is_sorted(channel.turn.begin(), channel.turn.end())) << name;
  }
  const Observed late = between(run, 9, 16);
  EXPECT_EQ(late.channels.at("return honey").turn,
            (std::vector<std::int64_t>{9, 10, 11, 12, 13, 14, 15, 16}));
  EXPECT_EQ(late.channels.at("return honey").value[0], run.channels.at("return honey").value[8]);
}

TEST_F(Drift, AChangeOfRegimeIsFoundWhereItActs) {
  std::vector<Observed> before, after;  // the same turns of both, since the wood has seasons
  for (const Observed& run : calm(0, 12)) before.push_back(between(run, kChange, kTurns));
  for (const Observed& run : changed()) after.push_back(between(run, kChange, kTurns));
  const DriftReport report = drift_report(before, after, {});
  EXPECT_EQ(report.unit, DriftTerms::Unit::run);
  EXPECT_GE(report.found(), 5);
  for (const char* name : {"news", "act desk.news", "stated confidence desk.news", "mean move"})
    EXPECT_LE(row(report, name).adjusted(), 0.05) << name;
  EXPECT_GT(row(report, "mean move").mean_now, row(report, "mean move").mean_reference);
  EXPECT_EQ(row(report, "news").label, "none");
  for (const char* name : {"order", "edge of orders", "act desk.vote"})
    EXPECT_GT(row(report, name).adjusted(), 0.05) << name;
  EXPECT_EQ(json(report).int_or("found", -1), report.found());
}

TEST_F(Drift, TheOrderOfTheRunsChangesNothing) {
  std::vector<Observed> a, b;
  for (const Observed& run : calm(0, 3)) a.push_back(between(run, 1, 6));
  for (const Observed& run : calm(3, 3)) b.push_back(between(run, 1, 6));
  const Json before = json(drift_report(a, b, {}));
  std::reverse(a.begin(), a.end());
  std::rotate(b.begin(), b.begin() + 1, b.end());
  EXPECT_EQ(json(drift_report(a, b, {})), before);
}

TEST_F(Drift, RunsWithoutAChangeStayQuietAndTheRuleOfThumbDoesNot) {
  constexpr int kSplits = 3, kSide = 7;
  int found = 0, rule = 0;
  for (int split = 0; split < kSplits; ++split) {
    const std::vector<Observed> pool = shuffled(split);
    const std::span<const Observed> all(pool);
    const DriftReport report = drift_report(all.subspan(0, kSide), all.subspan(kSide, kSide), {});
    EXPECT_EQ(report.unit, DriftTerms::Unit::run) << "seven a side can pass the correction";
    found += report.found() > 0;
    for (const DriftRow& one : report.rows)
      rule += one.psi && one.psi->rule != Rule::stable && one.psi->rule_false_alarms > 0.1;
  }
  EXPECT_LE(found, 1);
  EXPECT_GT(rule, kSplits) << "it alarms, and the report says how often it does so in vain";
}

// One run against one, and the halves of one: nothing changes but the luck and the season. At 5 %,
// over 12 pairs and as many halves; Holm and blocks are on the safe side, so the bound is
// one-sided.
TEST_F(Drift, SingleRunsAndHalvesStayQuietByBlocks) {
  int pairs = 0, halves = 0, independent = 0;
  for (int i = 0; i < kCalm; i += 2) {
    const Observed first = between(calm(i, 1).front(), 9, 16);
    const Observed second = between(calm(i, 1).front(), 17, 24);
    const DriftReport half = drift_report({&first, 1}, {&second, 1}, {});
    EXPECT_EQ(half.unit, DriftTerms::Unit::block);
    halves += half.found() > 0;
    const DriftReport pair = drift_report(calm(i, 1), calm(i + 1, 1), {});
    pairs += pair.found() > 0;
    std::vector<double> p;
    for (const DriftRow& one : pair.rows)
      if (one.ks_independent) p.push_back(*one.ks_independent);
    const std::vector<double> adjusted = holm(p);
    independent += *std::min_element(adjusted.begin(), adjusted.end()) <= 0.05;
  }
  RecordProperty("pairs, of 12", pairs);
  RecordProperty("halves, of 12", halves);
  RecordProperty("pairs by independent values, of 12", independent);
  EXPECT_LE(pairs, 3);  // binomial(12, 5 %): more in one of 450 cases
  EXPECT_LE(halves, 3);
  EXPECT_GE(independent, 4) << "answers of one turn are no independent witnesses";
}

TEST_F(Drift, AWatchSoundsItsFalseAlarmsAtTheRateItNames) {
  constexpr int kSplits = 16, kReference = 19;
  int alarms = 0, watched = 0;
  for (int split = 0; split < kSplits; ++split) {
    const std::vector<Observed> pool = shuffled(split);
    const std::span<const Observed> all(pool);
    const auto found = *watch(all.subspan(0, kReference), all.subspan(kReference), {});
    EXPECT_EQ(found.level, 0.05);
    for (const WatchedRun& run : found.runs) alarms += run.alarm.has_value(), ++watched;
  }
  RecordProperty("false alarms, of 80", alarms);
  EXPECT_TRUE(plausible(alarms, watched, 0.05)) << alarms << " of " << watched;
}

TEST_F(Drift, AWatchNoticesTheChangeOfRegimeAndSaysHowLate) {
  const WatchTerms all{.change_at = kChange},
      two{.change_at = kChange, .channels = {"mean move", "news"}};
  std::vector<std::int64_t> delays[2];
  for (const WatchTerms* terms : {&all, &two}) {
    const auto found = *watch(calm(0, 19), changed(), *terms);
    for (const WatchedRun& run : found.runs)
      if (run.delay) delays[terms == &two].push_back(*run.delay);
  }
  for (auto& delay : delays) {
    ASSERT_GE(delay.size(), 7u) << "of eight runs";
    std::sort(delay.begin(), delay.end());
    EXPECT_GE(delay.front(), 1);
  }
  RecordProperty("median delay, all streams", static_cast<int>(delays[0][delays[0].size() / 2]));
  RecordProperty("median delay, two streams", static_cast<int>(delays[1][delays[1].size() / 2]));
  EXPECT_LE(delays[1][delays[1].size() / 2], delays[0][delays[0].size() / 2]);
  EXPECT_FALSE(watch(calm(0, 8), changed(), {})) << "too few to set a watch";
}

}  // namespace
}  // namespace wood::eval
