// The desk as it is shipped, with minds that say what the test wants.
#include "pipeline/runner.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "pipeline/testing.h"

namespace wood {
namespace {

using testing::FakePanel;
using testing::file;
using testing::parsed;
using testing::said;
using testing::Stand;
using State = StepOutcome::State;

Json desk_input() {
  return parsed(R"({"turn":3,
    "treasury":{"purse_mp":200000,"free_mp":200000,"worth_mp":200000,"stores":{"honey":2}},
    "market":[{"good":"acorns","mark":400,"bid":395,"bid_lots":3,"ask":405,"ask_lots":4,
      "last":400,"volume":7,"halted":false,"marks":[390,395,400],"borrow_bps":50}],
    "news":[{"text":"Drought","good":"acorns","direction":"up","turn":3}],
    "rules":{"tick_mp":10}})");
}

struct DeskStand : Stand {
  std::map<std::string, Json> votes;  // by reader

  DeskStand() {
    for (const char* seat : {"news", "analyst", "quant", "risk", "oversight"})
      cast[seat] = {"the-" + std::string(seat), "mind-of-" + std::string(seat)};
    effects.outputs["pretrade"] = parsed(R"({"pass":true,"code":"ok"})");
    effects.outputs["execute"] = parsed(R"({"state":"filled","filled_lots":2,"paid_mp":7980})");
    panel.answer = [this](const Ask& ask) -> Reply { return answer(ask); };
  }
  Reply answer(const Ask& ask) {
    if (ask.task == "desk.quant")
      return FakePanel::say(
          parsed(R"({"reason":"cheap","side":"buy","good":"acorns","lots":3,"limit_ticks":400})"));
    if (ask.task == "desk.vote")
      return FakePanel::say(votes.contains(ask.reader)
                                ? votes[ask.reader]
                                : parsed(R"({"reason":"fine","vote":"approve","confidence":70})"));
    if (ask.task == "desk.oversight")
      return FakePanel::say(
          parsed(R"({"reason":"less","decision":"sign","lots":2,"limit_ticks":399})"));
    return FakePanel::obvious(ask);
  }
  Outcome go_desk() {
    static const Pipeline desk = *Pipeline::parse(file("pipelines/desk.toml"));
    return go(desk, desk_input());
  }
};

TEST(Desk, FromNewsToExecution) {
  DeskStand stand;
  const Outcome out = stand.go_desk();
  EXPECT_EQ(out.output.str_or("outcome", ""), "filled");
  EXPECT_EQ(out.output.str_or("text", ""),
            "Turn 3: buy 3 acorns at 400, 5 for, 0 against; signed for 2, filled 2");
  ASSERT_EQ(stand.effects.calls.size(), 2U);
  EXPECT_EQ(stand.effects.calls[0].args,
            parsed(R"({"order":{"good":"acorns","side":"buy","lots":2,"limit_ticks":399}})"));
  // Everything that led to the order was safe before the host was called.
  EXPECT_GT(stand.effects.committed[0],
            static_cast<std::size_t>(stand.effects.calls[0].cause.value));
  EXPECT_EQ(stand.sink.of(EntryKind::vote).size(), 1U);
  EXPECT_EQ(out.output.int_or("n_eff_milli", 0), 1000);
}

TEST(Desk, TheFiveBallotsAreOneCallAndNoneSeesAnother) {
  DeskStand stand;
  stand.go_desk();
  ASSERT_EQ(stand.panel.calls.size(), 6U);
  const auto& ballots = stand.panel.calls[4];
  ASSERT_EQ(ballots.size(), 5U);
  std::set<std::uint64_t> seeds;
  for (const Ask& ask : ballots) {
    EXPECT_EQ(ask.task, "desk.vote");
    EXPECT_EQ(ask.facts.at("draft").find("vote"), nullptr);
    EXPECT_EQ(ask.facts.at("options"), parsed(R"(["approve","reject"])"));
    seeds.insert(ask.sampling.seed);
  }
  EXPECT_EQ(seeds.size(), 5U);
  EXPECT_EQ(ballots[0].reader, "the-news");
  EXPECT_EQ(ballots[0].mind, "mind-of-news");
}

TEST(Desk, CausesAreTheStepsThatWereSeen) {
  DeskStand stand;
  const Outcome out = stand.go_desk();
  const auto ask = stand.sink.of(EntryKind::prompt);
  const auto entry = [&](const char* step) { return out.steps.at(step).entry; };
  EXPECT_EQ(ask[1]->draft.from, (std::vector<Seq>{Seq{0}, entry("news"), entry("gaps")}));
  const auto& vote = stand.sink.of(EntryKind::vote)[0]->draft;
  EXPECT_EQ(vote.from.size(), 5U);
  for (const Seq ballot : vote.from) EXPECT_EQ(stand.sink.at(ballot).kind, EntryKind::reading);
  const Draft& order = stand.sink.at(entry("order"));
  EXPECT_EQ(order.from, (std::vector<Seq>{entry("quant"), entry("oversight"), entry("decide")}));
  for (const Entry& one : stand.sink.entries)
    if (one.seq.value > 0) {
      EXPECT_FALSE(one.draft.from.empty()) << encode(one);
    }
}

TEST(Desk, ATieGoesToTheLargerMindOrIsHeld) {
  const Json no = parsed(R"({"reason":"dear","vote":"reject","confidence":80})");
  const Json none = parsed(R"({"reason":"unsure","vote":"abstain","confidence":10})");
  DeskStand held;
  held.votes = {{"the-news", no}, {"the-risk", no}, {"the-quant", none}};
  const Outcome out = held.go_desk();
  EXPECT_EQ(out.steps.at("vote").output.str_or("why", ""), "tie");
  EXPECT_EQ(out.steps.at("vote").output.str_or("decided_by", ""), "fallback");
  EXPECT_EQ(out.output.str_or("code", ""), "vote_undecided");
  EXPECT_TRUE(held.effects.calls.empty());

  DeskStand larger;
  larger.votes = held.votes;
  larger.votes["the-oversight"] = parsed(R"({"reason":"fine","vote":"approve","confidence":70})");
  larger.cast["larger"] = {"", "big"};
  const Outcome up = larger.go_desk();
  EXPECT_EQ(up.steps.at("vote").output.str_or("decided_by", ""), "mind");
  EXPECT_EQ(up.output.str_or("outcome", ""), "filled");
  ASSERT_EQ(larger.sink.of(EntryKind::route).size(), 1U);
  const Seq route = larger.sink.of(EntryKind::route)[0]->seq;
  EXPECT_EQ(larger.sink.of(EntryKind::route)[0]->draft.body.str_or("mind", ""), "big");
  const auto prompts = larger.sink.of(EntryKind::prompt);
  EXPECT_EQ(prompts[9]->draft.from.back(), route);
  EXPECT_EQ(larger.sink.at(up.steps.at("vote").entry).body.str_or("state", ""), "tie_break");
}

TEST(Desk, LittleConfidenceIsNoApproval) {
  DeskStand stand;
  for (const char* who : {"the-news", "the-analyst", "the-quant", "the-risk", "the-oversight"})
    stand.votes[who] = parsed(R"({"reason":"perhaps","vote":"approve","confidence":39})");
  EXPECT_EQ(stand.go_desk().steps.at("vote").output.str_or("why", ""), "low_confidence");
}

TEST(Desk, AVoteWithoutAQuorumHolds) {
  DeskStand stand;
  stand.cast["larger"] = {"", "big"};
  stand.panel.answer = [&](const Ask& ask) -> Reply {
    if (ask.task == "desk.vote" && ask.reader != "the-news" && ask.reader != "the-risk")
      return Failure{.code = Errc::network, .what = "cut", .usage = {}};
    return stand.answer(ask);
  };
  const Outcome out = stand.go_desk();
  EXPECT_EQ(out.steps.at("vote").output.str_or("why", ""), "no_quorum");
  EXPECT_EQ(out.steps.at("vote").output.int_or("failed", 0), 3);
  EXPECT_EQ(out.output.str_or("outcome", ""), "hold");
  EXPECT_TRUE(stand.sink.of(EntryKind::route).empty());
}

TEST(Desk, SilentMindsTradeNothing) {
  DeskStand stand;
  stand.panel.answer = [](const Ask&) -> Reply {
    return Failure{.code = Errc::timeout, .what = "late", .usage = {}};
  };
  const Outcome out = stand.go_desk();
  EXPECT_EQ(out.output.str_or("outcome", ""), "hold");
  EXPECT_EQ(out.output.str_or("code", ""), "nothing_proposed");
  EXPECT_EQ(out.steps.at("quant").state, State::fallback);
  EXPECT_EQ(out.steps.at("quant").code, "timeout");
  EXPECT_EQ(out.steps.at("oversight").state, State::skipped);
  EXPECT_TRUE(stand.effects.calls.empty());
}

TEST(Desk, AProposalTheFundCannotPayIsReplaced) {
  DeskStand stand;
  stand.panel.answer = [&](const Ask& ask) -> Reply {
    if (ask.task == "desk.quant")
      return FakePanel::say(parsed(
          R"({"reason":"all in","side":"buy","good":"acorns","lots":50,"limit_ticks":1000})"));
    return stand.answer(ask);
  };
  const Outcome out = stand.go_desk();
  EXPECT_EQ(out.steps.at("quant").code, "cannot_afford");
  EXPECT_EQ(out.steps.at("quant").output.str_or("side", ""), "hold");
}

TEST(Desk, OversightMayOnlyShrink) {
  for (const char* greedy :
       {R"({"reason":"more","decision":"sign","lots":9,"limit_ticks":399})",
        R"({"reason":"dearer","decision":"sign","lots":2,"limit_ticks":401})"}) {
    DeskStand stand;
    stand.panel.answer = [&](const Ask& ask) -> Reply {
      return ask.task == "desk.oversight" ? FakePanel::say(parsed(greedy)) : stand.answer(ask);
    };
    EXPECT_EQ(stand.go_desk().output.str_or("code", ""), "not_signed") << greedy;
  }
}

TEST(Desk, WhatTheControlsRefuseOrTheHostFailsIsNotTraded) {
  DeskStand refused;
  refused.effects.outputs["pretrade"] = parsed(R"({"pass":false,"code":"collar"})");
  EXPECT_EQ(refused.go_desk().output.str_or("code", ""), "collar");
  EXPECT_EQ(refused.effects.calls.size(), 1U);

  DeskStand closed;
  closed.effects.outputs.erase("pretrade");
  const Outcome out = closed.go_desk();
  EXPECT_EQ(out.steps.at("pretrade").code, "effect_failed");
  EXPECT_EQ(out.output.str_or("outcome", ""), "refused");
  EXPECT_NE(closed.sink.bytes().find("exchange is closed"), std::string::npos);
}

TEST(Desk, AGoodThatIsNotTradedCannotBeNamed) {
  DeskStand stand;
  stand.panel.answer = [&](const Ask& ask) -> Reply {
    if (ask.task == "desk.news")
      return FakePanel::say(
          parsed(R"({"reason":"x","good":"gold","direction":"up","confidence":9})"));
    return stand.answer(ask);
  };
  EXPECT_EQ(stand.go_desk().steps.at("news").code, "nonconforming");
  EXPECT_EQ(stand.panel.calls[0][0].schema.at("properties").at("good").at("enum"),
            parsed(R"(["acorns","none"])"));
}

TEST(Desk, AMindIsSwappedBetweenRuns) {
  DeskStand stand;
  stand.context.swaps = {{"quant", "other"}, {"vote/risk", "third"}};
  stand.go_desk();
  EXPECT_EQ(stand.panel.calls[2][0].mind, "other");
  EXPECT_EQ(stand.panel.calls[4][3].mind, "third");
  EXPECT_EQ(stand.panel.calls[4][2].mind, "mind-of-quant");
}

TEST(Desk, EachMindReadsTheRenderingThatSuitsIt) {
  DeskStand stand;
  stand.context.traits = [](const std::string& mind) {
    return MindTraits{.terse = mind == "mind-of-news"};
  };
  stand.go_desk();
  EXPECT_EQ(stand.panel.calls[0][0].messages[1].content,
            "acorns up age0 \"Drought\"");
  EXPECT_NE(
      stand.panel.calls[1][0].messages[1].content.find("Form of the answer: {\"reason\": text of"),
      std::string::npos);
}

TEST(Desk, ASeatIsShownItsViewAndNothingElse) {
  DeskStand stand;
  const Seq fact = stand.sink.append({.kind = EntryKind::fact,
                                      .by = "world",
                                      .from = {Seq{0}},
                                      .turn = 3,
                                      .body = Json::object()});
  stand.context.show = [&](const Showing& showing) {
    const Seq view = stand.sink.append({.kind = EntryKind::view,
                                        .by = showing.by,
                                        .from = {fact},
                                        .turn = 3,
                                        .body = Json::object()});
    Json input = desk_input();
    input.set("news", Json::array());
    return Shown{{view}, input};
  };
  stand.go_desk();
  EXPECT_EQ(stand.sink.of(EntryKind::view).size(), 10U);
  const auto prompts = stand.sink.of(EntryKind::prompt);
  EXPECT_EQ(stand.sink.at(prompts[0]->draft.from[0]).kind, EntryKind::view);
  EXPECT_NE(stand.panel.calls[0][0].messages[1].content.find("no news today"), std::string::npos);
}

TEST(Desk, TheSameInputGivesTheSameEntries) {
  DeskStand once;
  DeskStand again;
  for (int i = 0; i < 3; ++i) {
    once.go_desk();
    again.go_desk();
  }
  EXPECT_EQ(once.sink.bytes(), again.sink.bytes());
  EXPECT_EQ(once.memory.json(), again.memory.json());
}

// Whatever the minds say, the run ends, no order is larger than what was proposed, and a second run
// is the first again.
RC_GTEST_PROP(Desk, AnyAnswersAreSurvivedAndRepeatable, ()) {
  const auto texts = *rc::gen::container<std::vector<std::string>>(
      10, rc::gen::element<std::string>(
              R"({"reason":"a","side":"buy","good":"acorns","lots":3,"limit_ticks":400})",
              R"({"reason":"a","side":"sell","good":"honey","lots":1,"limit_ticks":900})",
              R"({"reason":"a","vote":"approve","confidence":90})",
              R"({"reason":"a","vote":"reject","confidence":90})",
              R"({"reason":"a","decision":"sign","lots":2,"limit_ticks":400})", "{", "", "[1]",
              "null", "I approve.", "```json\n{\"vote\": \"approve\"}\n```"));
  const auto go = [&](DeskStand& stand) {
    std::size_t next = 0;
    stand.panel.answer = [&](const Ask&) -> Reply { return said(texts[next++ % texts.size()]); };
    return stand.go_desk();
  };
  DeskStand once;
  DeskStand again;
  const Outcome out = go(once);
  go(again);
  RC_ASSERT(once.sink.bytes() == again.sink.bytes());
  RC_ASSERT(out.steps.size() == 14U);
  if (!once.effects.calls.empty())
    RC_ASSERT(once.effects.calls[0].args.at("order").int_or("lots", 99) <=
              out.steps.at("quant").output.int_or("lots", 0));
}

}  // namespace
}  // namespace wood
