#include "agents/agent.h"

#include "agents/testing.h"
#include "agents/tools.h"
#include "market/probe_test.h"

namespace wood {
namespace {

using testing::FakePanel;
using testing::KeepingSink;
using testing::oona_facts;
using testing::said;

// Two thinkers, oona and fenn, before a small market; entries 0 genesis, 1 fact, 2 and 3 views.
struct Round {
  KeepingSink sink;
  FakePanel panel;
  SmallMarket market;
  std::vector<Thinker> thinkers;

  Round() {
    sink.judged = true;
    const Seq genesis = sink.append({EntryKind::genesis, "world", {}, 0, Json::object()});
    const Seq fact = sink.append({EntryKind::fact, "world", {genesis}, 1, Json::object()});
    for (const char* name : {"oona", "fenn"}) {
      Thinker thinker;
      thinker.name = name;
      thinker.mind = std::string("mind-of-") + name;
      thinker.account = name == std::string("oona") ? market.oona : market.fenn;
      thinker.view.reader = name;
      thinker.view.entry = sink.append({EntryKind::view, name, {fact}, 1, Json::object()});
      const Json facts = oona_facts();
      for (const char* kind : {"rules", "persona", "self", "memory"})
        thinker.view.facts.push_back(
            std::make_shared<const Fact>(Fact{fact, {}, kind, facts.at(kind)}));
      for (const Json& m : facts.at("market").items())
        thinker.view.facts.push_back(std::make_shared<const Fact>(Fact{fact, {}, "market", m}));
      thinkers.push_back(std::move(thinker));
    }
  }
  std::vector<Thought> go() {
    Thinking thinking{sink, panel, market.exchange, 1, 42};
    auto out = think(thinking, thinkers);
    EXPECT_TRUE(out);
    return out ? *out : std::vector<Thought>();
  }
  EntryKind kind(Seq seq) const { return sink.at(seq).kind; }
};

constexpr const char* kFinish = R"({"reason":"enough","act":"finish"})";
constexpr const char* kQuote = R"({"reason":"hm","act":"quote","good":"honey"})";

TEST(Agent, AllThinkTogetherAndActOnce) {
  Round round;
  round.panel.answer = [](const Ask& ask) -> Reply {
    return said(ask.reader == "oona"
                    ? R"({"reason":"cheap","act":"buy","good":"acorns","lots":2,"price":500})"
                    : kFinish);
  };
  const auto thoughts = round.go();
  ASSERT_EQ(round.panel.calls.size(), 1U);
  ASSERT_EQ(round.panel.calls[0].size(), 2U);
  EXPECT_EQ(round.panel.calls[0][0].task, "creature.act");
  EXPECT_EQ(round.panel.calls[0][0].facts.int_or("step", 0), 1);
  ASSERT_EQ(thoughts.size(), 2U);
  EXPECT_EQ(std::get<PlaceOrder>(*thoughts[0].action).good, "acorns");
  EXPECT_TRUE(std::holds_alternative<FinishTurn>(*thoughts[1].action));
  EXPECT_EQ(round.kind(thoughts[0].cause), EntryKind::reading);
  EXPECT_EQ(round.sink.at(thoughts[0].cause).by, "oona");
  EXPECT_EQ(thoughts[0].asked, 1);
}

TEST(Agent, LooksThenActs) {
  Round round;
  round.panel.answer = [](const Ask& ask) -> Reply {
    return said(ask.reader == "oona" && ask.facts.int_or("step", 0) < 3 ? kQuote : kFinish);
  };
  const auto thoughts = round.go();
  ASSERT_EQ(round.panel.calls.size(), 3U);
  EXPECT_EQ(round.panel.calls[1].size(), 1U);  // fenn has finished
  const auto tools = round.sink.of(EntryKind::tool);
  ASSERT_EQ(tools.size(), 2U);
  EXPECT_EQ(tools[0]->draft.body.at("asked").str_or("act", ""), "quote");
  EXPECT_EQ(tools[0]->draft.body.at("answer").int_or("mark", 0), 900);
  // The next prompt is caused by what the tool said, and says it.
  const Ask& last = round.panel.calls[2][0];
  EXPECT_EQ(round.sink.at(last.prompt).from, (std::vector<Seq>{{2}, tools[0]->seq, tools[1]->seq}));
  EXPECT_EQ(last.facts.at("looked").items().size(), 2U);
  EXPECT_NE(last.messages.back().content.find("You asked: {\"act\":\"quote\""), std::string::npos);
  EXPECT_TRUE(std::holds_alternative<FinishTurn>(*thoughts[0].action));
  EXPECT_EQ(thoughts[0].asked, 3);
}

TEST(Agent, TheLastAnswerMayNotBeALook) {
  Round round;
  round.panel.answer = [](const Ask&) -> Reply { return said(kQuote); };
  const auto thoughts = round.go();
  EXPECT_EQ(round.panel.calls.size(), 3U);
  EXPECT_EQ(round.sink.of(EntryKind::tool).size(), 4U);
  for (const Thought& thought : thoughts) {
    EXPECT_FALSE(thought.action);  // the third did not conform
    EXPECT_EQ(round.kind(thought.cause), EntryKind::reading);
  }
}

TEST(Agent, NoAnswerMeansNoAct) {
  Round round;
  round.panel.answer = [](const Ask& ask) -> Reply {
    if (ask.reader == "oona") return Failure{.code = Errc::timeout, .what = "60 s", .usage = {}};
    return said("I would rather not say.");
  };
  const auto thoughts = round.go();
  EXPECT_FALSE(thoughts[0].action);
  EXPECT_EQ(round.kind(thoughts[0].cause), EntryKind::input);
  EXPECT_FALSE(thoughts[1].action);
  EXPECT_EQ(round.kind(thoughts[1].cause), EntryKind::reading);
}

TEST(Agent, WhoRunsOutOfTokensOrMoneyIsFinished) {
  Round round;
  round.thinkers[0].tokens_max = 100;
  round.thinkers[0].sampling.tokens_max = 90;
  round.thinkers[1].cost_nano_max = 150;
  round.panel.answer = [](const Ask&) -> Reply {
    Answer answer = said(kQuote);
    answer.answer_count = 70;
    answer.cost_nano = 80;
    return answer;
  };
  round.thinkers[0].steps_max = round.thinkers[1].steps_max = 10;
  const auto thoughts = round.go();
  EXPECT_EQ(round.panel.calls[1][0].sampling.tokens_max, 30);  // what is left of a hundred
  for (const Thought& thought : thoughts) {
    ASSERT_TRUE(thought.action);
    EXPECT_TRUE(std::holds_alternative<FinishTurn>(*thought.action));
    EXPECT_EQ(round.kind(thought.cause), EntryKind::tool);
    EXPECT_EQ(thought.asked, 2);
  }
  EXPECT_EQ(thoughts[0].answer_tokens, 140);
  EXPECT_EQ(thoughts[1].cost_nano, 160);
}

TEST(Agent, WithoutStepsNobodyIsAsked) {
  Round round;
  for (Thinker& thinker : round.thinkers) thinker.steps_max = 0;
  EXPECT_FALSE(round.go()[0].action);
  EXPECT_TRUE(round.panel.calls.empty());
}

TEST(Agent, SeedsDependOnWhoAndWhenAlone) {
  const auto seeds = [](bool alone) {
    Round round;
    round.panel.answer = [](const Ask& ask) -> Reply {
      return said(ask.facts.int_or("step", 0) == 1 ? kQuote : kFinish);
    };
    if (alone) round.thinkers.erase(round.thinkers.begin());
    round.thinkers.back().mind = alone ? "another" : "one";
    round.go();
    return std::pair(round.panel.calls[0].back().sampling.seed,
                     round.panel.calls[1].back().sampling.seed);
  };
  EXPECT_EQ(seeds(true), seeds(false));
  EXPECT_NE(seeds(true).first, seeds(true).second);
}

TEST(Agent, AFailedCommitStopsIt) {
  Round round;
  round.sink.commits_max = 0;
  Thinking thinking{round.sink, round.panel, round.market.exchange, 1, 42};
  EXPECT_FALSE(think(thinking, round.thinkers));
  EXPECT_TRUE(round.panel.calls.empty());
}

}  // namespace
}  // namespace wood
