// What is marked local is not sent outside this machine. Whoever asks, whatever it went through.
#include "pipeline/local.h"

#include <gtest/gtest.h>

#include "pipeline/consult.h"
#include "pipeline/testing.h"

namespace wood {
namespace {

using testing::FakePanel;
using testing::parsed;
using testing::Stand;
using State = StepOutcome::State;

const std::string kHead = R"(name = "p"
local = { members = ["memo"] }
[input]
type = "object"
[input.properties]
memo = { type = "string" }
amount = { type = "integer" }
private = { type = "boolean" }
)";
const std::string kSchema =
    "schema = { type = \"object\", required = [\"n\"], properties = { n = { enum = [1, 2] } } }\n";

std::string ask(const std::string& name, const std::string& prompt, const std::string& rest = "") {
  return "[[step]]\nname = \"" + name +
         "\"\nkind = \"ask\"\nmind = \"far\"\ntask = \"t\"\nprompt = \"" + prompt +
         "\"\ndefault = \"{'n': 2}\"\n" + kSchema + rest;
}
std::string map(const std::string& name, const std::string& expr, const std::string& rest = "") {
  return "[[step]]\nname = \"" + name + "\"\nkind = \"transform\"\nmap = { o = \"" + expr +
         "\" }\n" + rest;
}

// Two minds: near answers in this process, far is remote().
struct TwoMinds : FakePanel {
  [[nodiscard]] bool remote(const std::string& mind) const override { return mind != "near"; }
};

struct LocalStand : Stand {
  TwoMinds two;
  Context here{sink, two, cast, memory, &effects};

  LocalStand() {
    here.from = context.from;
    here.turn = 3;
    here.traits = [](const std::string& mind) { return MindTraits{.remote = mind != "near"}; };
  }
  Outcome put(const std::string& toml,
              const std::string& input = R"({"memo":"SECRET","amount":7})") {
    const auto pipeline = Pipeline::parse(toml);
    EXPECT_TRUE(pipeline) << pipeline.error().what;
    auto out = run(*pipeline, parsed(input), here);
    EXPECT_TRUE(out) << (out ? "" : out.error().what);
    return out ? *out : Outcome{};
  }
  // Everything that any mind outside was sent.
  [[nodiscard]] std::string sent() const {
    std::string out;
    for (const auto& call : two.calls)
      for (const Ask& ask : call)
        if (two.remote(ask.mind))
          for (const Message& message : ask.messages) out += message.content + "\n";
    return out;
  }
};

TEST(Local, AQuestionThatHoldsItIsNotSentAndTheStepTakesItsDefault) {
  LocalStand stand;
  const Outcome out = stand.put(kHead + ask("a", "{{input.memo}}") + ask("b", "{{input.amount}}"));
  EXPECT_EQ(out.steps.at("a").state, State::fallback);
  EXPECT_EQ(out.steps.at("a").code, "local");
  EXPECT_EQ(out.steps.at("a").output, parsed(R"({"n":2})"));
  EXPECT_EQ(out.steps.at("b").state, State::done);
  ASSERT_EQ(stand.two.calls.size(), 1U);
  EXPECT_EQ(stand.two.calls[0].size(), 1U);
  EXPECT_EQ(stand.sent().find("SECRET"), std::string::npos);
  // It is on record that it was to be asked, that it stayed, and why there is no answer.
  const auto prompts = stand.sink.of(EntryKind::prompt);
  EXPECT_TRUE(prompts[0]->draft.body.bool_or("local", false));
  EXPECT_EQ(prompts[1]->draft.body.find("local"), nullptr);
  EXPECT_EQ(stand.sink.of(EntryKind::input)[0]->draft.body.str_or("code", ""), "local");
}

TEST(Local, AMindInsideIsAsked) {
  LocalStand stand;
  std::string text = kHead + ask("a", "{{input.memo}}");
  text.replace(text.find("\"far\""), 5, "\"near\"");
  EXPECT_EQ(stand.put(text).steps.at("a").state, State::done);
  EXPECT_EQ(stand.two.calls[0][0].reach, Reach::here);
}

TEST(Local, WhatIsMadeOfItHoldsItToo) {
  const std::string needs = "needs = [\"m\"]\n";
  const std::vector<std::string> ways = {
      ask("a", "{{input}}"),
      ask("a", "{{json(input)}}"),
      ask("a", "p", "system = \"{{input['memo']}}\"\n"),
      ask("a", "p", "choices = { n = \"[size(input.memo), 2]\" }\n"),
      map("m", "size(input.memo)") + ask("a", "{{m.o}}", needs),
      map("m", "has(input.memo)") + map("k", "m.o", needs) +
          ask("a", "{{k.o}}", "needs = [\"k\"]\n"),
      map("m", "1", "when = \"get(input, 'memo', '') != ''\"\n") + ask("a", "{{m}}", needs),
      map("m", "1", "[[step.window]]\nname = \"w\"\nkey = \"1\"\nrecord = \"input.memo\"\n") +
          ask("a", "{{m.o}}", needs),
      ask("m", "p", "scripted = \"{'n': size(input.memo)}\"\n") +
          ask("a", "{{how.m.state}}", needs),
  };
  for (const std::string& one : ways) {
    LocalStand stand;
    EXPECT_EQ(stand.put(kHead + one).steps.at("a").code, "local") << one;
    EXPECT_EQ(stand.sent().find("SECRET"), std::string::npos) << one;
  }
  LocalStand let;
  std::string text = kHead + ask("a", "{{said}}");
  text.insert(text.find("[input]"), "let = { said = \"'x' + input.memo\" }\n");
  EXPECT_EQ(let.put(text).steps.at("a").code, "local");
}

TEST(Local, AStepMaySayThatWhatItGivesMayLeave) {
  LocalStand stand;
  const Outcome out = stand.put(
      kHead + map("m", "size(input.memo)", "releases = \"a length, not a word of it\"\n") +
      ask("a", "{{m.o}}", "needs = [\"m\"]\n"));
  EXPECT_EQ(out.steps.at("a").state, State::done);
  EXPECT_NE(stand.sent().find("6"), std::string::npos);
}

TEST(Local, AMarkMayDependOnTheRecord) {
  std::string text = kHead + ask("a", "{{input.memo}}");
  const auto replace = [&](const std::string& mark) {
    std::string out = text;
    return out.replace(out.find("members = [\"memo\"]"), 18, mark);
  };
  const std::string marked = replace("when = \"input.private\"");
  LocalStand open;
  EXPECT_EQ(open.put(marked, R"({"memo":"m","private":false})").steps.at("a").state, State::done);
  LocalStand closed;
  EXPECT_EQ(closed.put(marked, R"({"memo":"m","private":true})").steps.at("a").code, "local");
  LocalStand unjudged;  // what cannot be judged is local
  EXPECT_EQ(unjudged.put(marked, R"({"memo":"m"})").steps.at("a").code, "local");
}

// What a private run left in a window, or in a vote that is judged later, an open run must not
// send.
TEST(Local, WhatAnEarlierRunHeldStaysThoughThisOneIsOpen) {
  std::string head = kHead;
  head.replace(head.find("members = [\"memo\"]"), 18,
               "members = [\"memo\"], when = \"input.private\"");
  const std::string history = "map = { o = \"json(w)\" }\n";
  const std::string window =
      "[[step]]\nname = \"m\"\nkind = \"transform\"\n" + history +
      "[[step.window]]\nname = \"w\"\nkey = \"1\"\nrecord = \"input.memo\"\n";
  const std::string text = head + window + ask("a", "{{m.o}}", "needs = [\"m\"]\n");
  LocalStand stand;
  stand.put(text, R"({"memo":"SECRET","private":true})");
  const Outcome open = stand.put(text, R"({"memo":"nothing","private":false})");
  EXPECT_NE(open.steps.at("m").output.str_or("o", "").find("SECRET"), std::string::npos);
  EXPECT_EQ(open.steps.at("a").code, "local");
  EXPECT_EQ(stand.sent(), "");

  const std::string judged = head + R"([[step]]
name = "v"
kind = "vote"
rule = "majority"
options = ["y", "n"]
fallback = "n"
key = "input.amount"
[[step.ballot]]
by = "rule"
rule = "input.memo == 'SECRET' ? 'y' : 'n'"
[[step]]
name = "learned"
kind = "outcome"
of = "v"
key = "input.amount - 1"
truth = "'y'"
)" + ask("a", "{{learned}}", "needs = [\"learned\"]\n");
  LocalStand later;
  later.put(judged, R"({"memo":"SECRET","amount":1,"private":true})");
  const Outcome second = later.put(judged, R"({"memo":"","amount":2,"private":false})");
  EXPECT_EQ(second.steps.at("learned").output.str_or("code", ""), "judged");
  EXPECT_EQ(second.steps.at("a").code, "local");
}

const std::string kVote = R"([[step]]
name = "v"
kind = "vote"
rule = "majority"
options = ["y", "n"]
fallback = "n"
task = "t"
prompt = "{{input.amount}}"
schema = { type = "object", required = ["vote"], properties = { vote = { enum = ["y", "n"] } } }
[[step.ballot]]
by = "open"
mind = "far"
[[step.ballot]]
by = "closed"
mind = "far"
prompt = "{{input.memo}}"
)";

TEST(Local, OfAVoteOnlyTheBallotsThatHoldItStay) {
  LocalStand stand;
  const Outcome out = stand.put(kHead + kVote);
  EXPECT_EQ(out.output.int_or("cast", 0), 1);
  EXPECT_EQ(out.output.int_or("failed", 0), 1);
  EXPECT_EQ(stand.sent().find("SECRET"), std::string::npos);
}

TEST(Local, RoutesPassOverMindsOutside) {
  LocalStand stand;
  const std::string route =
      "[[step]]\nname = \"r\"\nkind = \"route\"\nway = [{ when = \"true\", mind = \"far\", code = "
      "\"best\" }, { mind = \"near\", code = \"here\" }]\n";
  std::string text = kHead + route + ask("a", "{{input.memo}}", "needs = [\"r\"]\n");
  text.replace(text.find("mind = \"far\"\ntask"), 12, "mind = \"route:r\"");
  const Outcome out = stand.put(text);
  EXPECT_EQ(out.steps.at("a").state, State::done);
  const Json& body = stand.sink.of(EntryKind::route)[0]->draft.body;
  EXPECT_EQ(body.str_or("mind", ""), "near");
  EXPECT_EQ(body.at("alternatives"), parsed(R"([{"cost_nano":0,"mind":"far","passed":"local"}])"));
}

TEST(Local, EffectsOutsideAreNotHandedIt) {
  const std::string effect =
      "[[step]]\nname = \"e\"\nkind = \"effect\"\neffect = \"mail\"\nargs = { text = "
      "\"input.memo\" }\n";
  LocalStand stand;
  stand.effects.outputs["mail"] = Json::object();
  EXPECT_EQ(stand.put(kHead + effect).steps.at("e").code, "local");
  EXPECT_TRUE(stand.effects.calls.empty());
}

// The prompt that stayed is put again by whoever re-asks a run's minds: it must stay then, too.
TEST(Local, AnAskReadFromTheRecordStillStays) {
  LocalStand stand;
  stand.put(kHead + ask("a", "{{input.memo}}") + ask("b", "{{input.amount}}"));
  const auto prompts = stand.sink.of(EntryKind::prompt);
  const auto fetch = [&](const std::string& digest) { return stand.sink.fetch(digest); };
  EXPECT_EQ(read_ask(*prompts[0], fetch)->reach, Reach::here);
  EXPECT_EQ(read_ask(*prompts[1], fetch)->reach, Reach::anywhere);
}

// What was refused is on record as any failure is: a replay, whose minds are a record and so are
// not outside, reads the refusal there and writes the same entries.
TEST(Local, AReplayGivesTheSameEntries) {
  LocalStand once;
  once.put(kHead + ask("a", "{{input.memo}}") + kVote);
  LocalStand again;
  struct Recorded : FakePanel {
    [[nodiscard]] bool remote(const std::string&) const override { return false; }
  } recorded;
  recorded.answer = [&](const Ask& ask) -> Reply {
    const auto fetch = [&](const std::string& digest) { return once.sink.fetch(digest); };
    for (const Entry& entry : once.sink.entries)
      if ((entry.draft.kind == EntryKind::answer || entry.draft.kind == EntryKind::input) &&
          entry.draft.from == std::vector<Seq>{ask.prompt})
        return *read_reply(entry.draft, fetch);
    ADD_FAILURE() << "no reply to prompt " << ask.prompt.value;
    return Failure{};
  };
  Context replay{again.sink, recorded, again.cast, again.memory, &again.effects};
  replay.from = again.context.from;
  replay.turn = 3;
  replay.traits = once.here.traits;
  const auto pipeline = Pipeline::parse(kHead + ask("a", "{{input.memo}}") + kVote);
  ASSERT_TRUE(run(*pipeline, parsed(R"({"memo":"SECRET","amount":7})"), replay));
  EXPECT_EQ(once.sink.bytes(), again.sink.bytes());
}

}  // namespace
}  // namespace wood
