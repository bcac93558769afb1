#include "eval/figures.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "drama/testing.h"

namespace wood::eval {
namespace {

// A short run by rules, and what its turn entries say, read here in another way.
struct Played {
  std::unique_ptr<Ledger> ledger;
  std::vector<Json> turns;
  std::int64_t orders = 0;
};

Played played(std::int64_t turns, std::uint64_t seed) {
  Setup setup = *testing::rules_setup(turns);
  setup.seed = seed;
  Played out;
  LedgerOptions options{.run = "figures", .key = *SigningKey::generate("figures")};
  out.ledger = *Ledger::create(memory_store(), std::move(options));
  testing::RulesPanel panel;
  ListedInbox inbox;
  EXPECT_TRUE(play(setup, *out.ledger, panel, inbox));
  const LedgerReader reader(out.ledger->store());
  EXPECT_TRUE(reader.each([&](const Entry& entry) -> Status {
    if (entry.draft.kind == EntryKind::turn) out.turns.push_back(entry.draft.body);
    out.orders += entry.draft.kind == EntryKind::check && entry.draft.by == "exchange" &&
                  entry.draft.body.str_or("who", "") == "fenn";
    return {};
  }));
  return out;
}

TEST(Figures, SayWhatTheRecordSays) {
  const Played run = played(12, 7);
  const auto figures = read_figures(LedgerReader(run.ledger->store()));
  ASSERT_TRUE(figures) << figures.error().what;
  EXPECT_EQ(figures->scenario, "five-labs");
  EXPECT_EQ(figures->seed, "7");
  EXPECT_EQ(figures->turns, 12);
  EXPECT_EQ(figures->state, Figures::State::sealed);
  EXPECT_EQ(figures->root, hex(run.ledger->record_root()));
  const Trader* fenn = figures->trader("fenn");
  ASSERT_NE(fenn, nullptr);
  EXPECT_EQ(fenn->mind, "scripted");
  EXPECT_EQ(fenn->orders, run.orders);
  ASSERT_EQ(fenn->worth_mp.size(), run.turns.size());
  for (std::size_t i = 0; i < run.turns.size(); ++i) {
    EXPECT_EQ(fenn->worth_mp[i], run.turns[i].at("worth_mp").int_or("fenn", -1));
    EXPECT_EQ(fenn->pnl_mp[i], run.turns[i].at("pnl_mp").int_or("fenn", -1));
  }
  EXPECT_EQ(figures->trader("nobody"), nullptr);
  std::int64_t trades = 0;
  for (const Json& turn : run.turns) trades += turn.at("counts").int_or("trades", 0);
  EXPECT_GT(figures->trades, 0);
  EXPECT_LE(figures->trades, trades);  // villagers' own stand in another event
}

TEST(Figures, EveryOrderLeadsBackToAnAnswer) {
  const Played run = played(12, 11);
  const auto figures = read_figures(LedgerReader(run.ledger->store()));
  ASSERT_TRUE(figures);
  EXPECT_GT(figures->acts, 20);
  EXPECT_EQ(figures->traced, figures->acts);
}

TEST(Figures, RulesAnswerInForm) {
  const Played run = played(12, 11);
  const auto figures = read_figures(LedgerReader(run.ledger->store()));
  ASSERT_TRUE(figures);
  std::int64_t asked = 0;
  for (const auto& [who, answers] : figures->answers) {
    EXPECT_EQ(who.first, "scripted");
    EXPECT_EQ(answers.clean, answers.asked) << who.second;
    EXPECT_EQ(answers.failed + answers.unread, 0) << who.second;
    EXPECT_GT(answers.prompt_bytes, answers.asked * 20) << who.second;
    asked += answers.asked;
  }
  EXPECT_EQ(asked, run.turns.back().at("counts").int_or("prompts", 0));
  EXPECT_TRUE(figures->answers.contains({"scripted", "desk.vote"}));
}

TEST(Figures, ProposalsAreJudgedByTheLatentValue) {
  std::int64_t seen = 0, approve = 0;
  for (const std::uint64_t seed : {3, 7, 11}) {
    const Played run = played(30, seed);
    const auto figures = read_figures(LedgerReader(run.ledger->store()));
    ASSERT_TRUE(figures);
    for (const Proposal& p : figures->proposals) {
      EXPECT_NE(p.lots, 0);
      EXPECT_GT(p.limit_mp, 0);
      EXPECT_GT(p.latent_mp, 0);
      EXPECT_EQ(p.ballots.size(), 5u);
      const bool gains = (p.latent_mp - p.limit_mp) * p.lots > 0;
      EXPECT_EQ(p.truth(), gains ? "approve" : "reject");
      ++seen, approve += gains;
      for (const Ballot& b : p.ballots) {
        EXPECT_GE(b.stated_ppm, 0) << b.seat;
        EXPECT_EQ(b.mind, "scripted") << b.seat;
        EXPECT_EQ(b.measured_ppm, -1) << "rules have no logits";
      }
    }
  }
  EXPECT_GT(seen, 10);
  EXPECT_GT(approve, 0);
  EXPECT_LT(approve, seen);
}

TEST(Figures, WhatIsNoRunIsRefused) {
  LedgerOptions options{.run = "none", .key = *SigningKey::generate("none")};
  const auto ledger = *Ledger::create(memory_store(), std::move(options));
  ledger->append({EntryKind::genesis, "operator", {}, 0, Json::object()});
  ASSERT_TRUE(ledger->commit());
  const auto figures = read_figures(LedgerReader(ledger->store()));
  ASSERT_FALSE(figures);
  EXPECT_EQ(figures.error().code, Errc::integrity);
}

}  // namespace
}  // namespace wood::eval
