// Small pipelines, one point each. The desk is in desk_test.cpp.
#include "pipeline/runner.h"

#include <gtest/gtest.h>

#include "pipeline/testing.h"

namespace wood {
namespace {

using testing::FakePanel;
using testing::parsed;
using testing::said;
using testing::Stand;
using State = StepOutcome::State;

const std::string kHead = "name = \"p\"\n";
std::string step(const std::string& name, const std::string& rest) {
  return "[[step]]\nname = \"" + name + "\"\n" + rest + "\n";
}
std::string ask(const std::string& name, const std::string& rest = "") {
  return step(
      name,
      "kind = \"ask\"\nmind = \"m\"\ntask = \"t\"\nprompt = \"p\"\nschema = { type = \"object\", "
      "required = [\"n\"], properties = { n = { type = \"integer\" } } }\n" +
          rest);
}
std::string map(const std::string& name, const std::string& expr, const std::string& rest = "") {
  return step(name, "kind = \"transform\"\nmap = { o = \"" + expr + "\" }\n" + rest);
}
std::string check(const std::string& that, const std::string& otherwise) {
  return "[[step.check]]\nthat = \"" + that + "\"\ncode = \"bad\"\notherwise = \"" + otherwise +
         "\"\n";
}

TEST(Runner, IndependentAsksAreOneCall) {
  Stand stand;
  stand.go(kHead + ask("a") + ask("b") + ask("c", "needs = [\"a\"]\nwhen = \"a.n == 0\""));
  ASSERT_EQ(stand.panel.calls.size(), 2U);
  EXPECT_EQ(stand.panel.calls[0].size(), 2U);
}

TEST(Runner, AFailedCheckTakesTheDefaultRefusesOrStops) {
  Stand a;
  const Outcome fallback =
      a.go(kHead + ask("a", "default = \"{'n': 7}\"\n" + check("output.n > 5", "default")) +
           map("b", "a.n", "needs = [\"a\"]"));
  EXPECT_EQ(fallback.output, parsed(R"({"o":7})"));
  EXPECT_EQ(fallback.steps.at("a").state, State::fallback);
  EXPECT_EQ(fallback.steps.at("a").code, "bad");
  EXPECT_EQ(a.sink.of(EntryKind::check).size(), 1U);

  Stand b;
  const Outcome refused = b.go(kHead + ask("a", check("output.n > 5", "refuse")) +
                               map("b", "a.n", "needs = [\"a\"]") + map("c", "1"));
  EXPECT_EQ(refused.steps.at("a").state, State::refused);
  EXPECT_EQ(refused.steps.at("b").code, "need_refused");
  EXPECT_EQ(refused.output, parsed(R"({"o":1})"));  // c needs neither

  Stand c;
  const Outcome stopped =
      c.go(kHead + ask("a", check("output.n > 5", "stop")) + map("b", "a.n", "needs = [\"a\"]"));
  EXPECT_EQ(stopped.stopped, "a");
  EXPECT_FALSE(stopped.steps.contains("b"));
  EXPECT_TRUE(stopped.output.is(Json::Kind::null));
  EXPECT_EQ(stopped.last, stopped.steps.at("a").entry);
}

TEST(Runner, ACheckThatCannotBeJudgedHasFailed) {
  Stand stand;
  const Outcome out = stand.go(kHead + ask("a", check("output.z > 5", "refuse")));
  EXPECT_EQ(out.steps.at("a").state, State::refused);
  EXPECT_NE(encode(*stand.sink.of(EntryKind::check)[0]).find("no member z"), std::string::npos);
}

TEST(Runner, WithoutADefaultAStepIsRefused) {
  Stand silent;
  silent.panel.answer = [](const Ask&) -> Reply {
    return Failure{.code = Errc::remote, .what = "500", .usage = {}};
  };
  EXPECT_EQ(silent.go(kHead + ask("a")).steps.at("a").code, "no_answer");

  Stand rude;
  rude.panel.answer = [](const Ask&) -> Reply { return said("no"); };
  const Outcome out = rude.go(kHead + ask("a"));
  EXPECT_EQ(out.steps.at("a").state, State::refused);
  EXPECT_EQ(out.steps.at("a").code, "nonconforming");
  EXPECT_TRUE(out.output.is(Json::Kind::null));
}

TEST(Runner, ADefaultThatFailsIsNone) {
  for (const char* bad : {"{'n': 'x'}", "1 / 0"}) {
    Stand stand;
    stand.panel.answer = [](const Ask&) -> Reply { return said("no"); };
    const Outcome out = stand.go(kHead + ask("a", std::string("default = \"") + bad + "\""));
    EXPECT_EQ(out.steps.at("a").state, State::refused);
    EXPECT_NE(encode(stand.sink.entries.back()).find("default: "), std::string::npos);
  }
}

TEST(Runner, ExpressionsThatFailAreRecordedWhereverTheyStand) {
  const std::string bad = "input.z";
  const auto with_ask = [&](const std::string& key) {
    return kHead + ask("a", key + " = \"" + bad + "\"");
  };
  const std::vector<std::string> files = {
      with_ask("when"),
      with_ask("scripted"),
      kHead + ask("a", "system = \"{{input.z}}\""),
      kHead + ask("a", "choices = { n = \"input.z\" }"),
      kHead + ask("a", "choices = { n = \"[]\" }"),
      kHead + map("a", bad),
      kHead + map("a", "1", "window = [{ name = \"w\", key = \"input.z\", record = \"1\" }]"),
      kHead + map("a", "1", "window = [{ name = \"w\", key = \"1\", record = \"input.z\" }]"),
      kHead + step("a",
                   "kind = \"rule\"\notherwise = { outcome = \"o\", code = \"c\" }\nrule = [{ when "
                   "= \"input.z\", "
                   "outcome = \"o\", code = \"c\" }]"),
      kHead + step("a",
                   "kind = \"route\"\nway = [{ when = \"input.z\", mind = \"m\", code = \"c\" }, { "
                   "mind = \"m\", code = "
                   "\"c\" }]"),
      kHead + step("a", "kind = \"effect\"\neffect = \"e\"\nargs = { a = \"input.z\" }"),
  };
  for (const std::string& one : files) {
    Stand stand;
    const Outcome out = stand.go(one);
    EXPECT_EQ(out.steps.at("a").state, State::refused) << one;
    EXPECT_EQ(out.steps.at("a").code, "expression") << one;
    EXPECT_NE(encode(stand.sink.entries.back()).find("\"what\":"), std::string::npos) << one;
  }
}

TEST(Runner, WhatAStepTakesAndGivesIsHeldToItsSchema) {
  Stand stand;
  const Outcome out = stand.go(
      kHead + map("a", "1") +
      map("b", "a.o",
          "needs = [\"a\"]\ntakes = { type = \"object\", properties = { a = { type = "
          "\"string\" } } }") +
      map("c", "1", "schema = { type = \"object\", properties = { o = { type = \"string\" } } }"));
  EXPECT_EQ(out.steps.at("b").code, "takes");
  EXPECT_EQ(out.steps.at("c").code, "nonconforming");
}

TEST(Runner, TheFirstRuleDecidesAndAllThatApplyAreNamed) {
  Stand stand;
  const Outcome out =
      stand.go(kHead + step("a",
                            "kind = \"rule\"\notherwise = { outcome = \"ok\", code = \"fine\" "
                            "}\nrule = [{ when = \"input.n > 9\", "
                            "outcome = \"x\", code = \"big\" }, { when = \"input.n > 3\", outcome "
                            "= \"y\", code = \"mid\" }, "
                            "{ when = \"input.n > 1\", outcome = \"z\", code = \"small\" }]"),
               parsed(R"({"n":5})"));
  EXPECT_EQ(out.output, parsed(R"({"code":"mid","codes":["mid","small"],"outcome":"y"})"));
}

TEST(Runner, ARouteChoosesWhoIsAskedAndSaysWhatOthersWouldCost) {
  Stand stand;
  stand.cast["big"] = {"", "big-mind"};
  stand.context.traits = [](const std::string& mind) {
    return MindTraits{
        .terse = false, .price_in = mind == "big-mind" ? 3'000'000 : 0, .price_out = 0};
  };
  const std::string file_text = kHead +
                                step("r",
                                     "kind = \"route\"\nway = [{ when = \"input.n > 3\", mind = "
                                     "\"@nobody\", code = \"gone\" }, { when = "
                                     "\"input.n > 3\", mind = \"@big\", code = \"hard\" }, { mind "
                                     "= \"small\", code = \"easy\" }]") +
                                step("a",
                                     "kind = \"ask\"\nmind = \"route:r\"\nneeds = [\"r\"]\ntask = "
                                     "\"t\"\nprompt = \"p\"\nschema = { type = "
                                     "\"object\" }");
  stand.panel.answer = [](const Ask&) -> Reply { return said("{}"); };
  stand.go(file_text, parsed(R"({"n":5})"));
  stand.go(file_text, parsed(R"({"n":1})"));
  EXPECT_EQ(stand.panel.calls[0][0].mind, "big-mind");
  EXPECT_EQ(stand.panel.calls[1][0].mind, "small");
  const Json& body = stand.sink.of(EntryKind::route)[1]->draft.body;
  EXPECT_EQ(body.str_or("code", ""), "easy");
  EXPECT_EQ(body.at("alternatives"), parsed(R"([{"cost_nano":3000000,"mind":"big-mind"}])"));
}

TEST(Runner, ARouteMayGoByHowAnAnswerCameAbout) {
  Stand stand;
  std::int64_t share = 990'000;
  stand.panel.answer = [&](const Ask& ask) -> Reply {
    if (share < 0) return Failure{.code = Errc::timeout, .what = "late", .usage = {}};
    Answer out = said(R"({"n":1})");
    if (ask.mind == "m") out.confidence = {{"n", share}};
    return out;
  };
  const std::string text =
      kHead + ask("small", "default = \"{'n': 0}\"") +
      step(
          "r",
          "kind = \"route\"\nneeds = [\"small\"]\nway = [{ when = \"how.small.state != 'done'\", "
          "mind = \"spare\", code = \"late\" }, { when = \"get(how.small.confidence_ppm, 'n', 0) < "
          "900000\", mind = \"large\", code = \"unsure\" }, { mind = \"m\", code = \"sure\" }]");
  const auto code = [&](std::int64_t now) {
    share = now;
    return stand.go(text).output.str_or("code", "");
  };
  EXPECT_EQ(code(990'000), "sure");
  EXPECT_EQ(code(899'999), "unsure");
  EXPECT_EQ(code(-1), "late");
}

TEST(Runner, ARouteKeepsToABudgetByTheCardsOfItsMinds) {
  Stand stand;
  const std::map<std::string, Json> cards = {
      {"slow", parsed(R"({"kind":"llama","latency_ms":5000})")},
      {"dear", parsed(R"({"kind":"openai","latency_ms":300,"price_in":3000000})")},
      {"untimed", parsed(R"({"kind":"llama"})")},
      {"rules", parsed(R"({"kind":"scripted","style":"terse"})")}};
  stand.context.traits = [&](const std::string& mind) { return traits_of(cards.at(mind)); };
  const std::string text = kHead + step("r",
                                        "kind = \"route\"\ncost_max_nano = \"input.cost\"\n"
                                        "latency_max_ms = 1000\nway = [{ when = \"true\", mind = "
                                        "\"slow\", code = \"a\" }, { when = \"true\", mind = "
                                        "\"dear\", code = \"b\" }, { when = \"true\", mind = "
                                        "\"untimed\", code = \"c\" }, { mind = \"rules\", code = "
                                        "\"d\" }]");
  EXPECT_EQ(stand.go(text, parsed(R"({"cost":3000000})")).output.str_or("mind", ""), "dear");
  EXPECT_EQ(stand.go(text, parsed(R"({"cost":2999999})")).output.str_or("mind", ""), "rules");
  const Json& body = stand.sink.of(EntryKind::route)[1]->draft.body;
  EXPECT_EQ(body.at("alternatives"),
            parsed(R"([{"cost_nano":0,"latency_ms":5000,"mind":"slow","passed":"too_slow"},
                 {"cost_nano":3000000,"latency_ms":300,"mind":"dear","passed":"over_budget"},
                 {"cost_nano":0,"latency_ms":-1,"mind":"untimed","passed":"latency_unknown"}])"));
  EXPECT_EQ(body.int_or("latency_ms", -1), 0);  // a rule takes none
  EXPECT_EQ(stand.go(text, parsed(R"({"cost":-1})")).steps.at("r").code, "expression");
  EXPECT_TRUE(traits_of(cards.at("dear")).remote);
  EXPECT_FALSE(traits_of(cards.at("slow")).remote);
  EXPECT_TRUE(traits_of(cards.at("rules")).terse);
}

TEST(Runner, AQuestionWithoutAWishIsDrawnAsTheCardOfTheMindSays) {
  Stand stand;
  stand.context.traits = [](const std::string&) {
    return traits_of(parsed(
        R"({"kind":"llama","sampling":{"temperature_milli":700,"tokens_max":90,
            "top_k":5,"top_p_milli":900}})"));
  };
  const auto drawn = [&](const std::string& wishes) {
    stand.go(kHead + ask("a", wishes));
    return stand.sink.of(EntryKind::prompt).back()->draft.body.at("sampling");
  };
  const Json card = drawn("");
  EXPECT_EQ(card.int_or("temperature_milli", -1), 700);
  EXPECT_EQ(card.int_or("tokens_max", -1), 90);
  EXPECT_EQ(card.int_or("top_k", -1), 5);
  EXPECT_EQ(card.int_or("top_p_milli", -1), 900);
  const Json own = drawn("temperature_milli = 0\ntokens_max = 7\n");
  EXPECT_EQ(own.int_or("temperature_milli", -1), 0) << "greedy on purpose";
  EXPECT_EQ(own.int_or("tokens_max", -1), 7);
  EXPECT_EQ(own.int_or("top_k", -1), 5);
}

TEST(Runner, ARouteToNobodyIsNoAnswer) {
  Stand stand;
  const Outcome out =
      stand.go(kHead +
                   step("r",
                        "kind = \"route\"\nwhen = \"input.n > 3\"\nway = [{ mind = \"@nobody\", "
                        "code = \"c\" }]") +
                   ask("b") +
                   step("a",
                        "kind = \"ask\"\nmind = \"route:r\"\nneeds = [\"r\"]\ntask = \"t\"\nprompt "
                        "= \"p\"\nschema = { "
                        "type = \"object\" }\ndefault = \"{}\"") +
                   step("v",
                        "kind = \"vote\"\nneeds = [\"r\"]\nrule = \"plurality\"\nfallback = "
                        "\"hold\"\noptions = [\"y\", \"n\"]\n"
                        "ballot = [{ by = \"x\", mind = \"route:r\", task = \"t\", prompt = \"p\", "
                        "schema = { type = \"object\", "
                        "properties = { vote = { enum = [\"y\", \"n\"] } } } }]"),
               parsed(R"({"n":1})"));
  EXPECT_EQ(out.steps.at("a").code, "nobody");
  EXPECT_EQ(out.steps.at("v").output.int_or("failed", 0), 1);
  Stand direct;
  EXPECT_EQ(
      direct.go(kHead + step("r", "kind = \"route\"\nway = [{ mind = \"@nobody\", code = \"c\" }]"))
          .steps.at("r")
          .code,
      "nobody");
}

const std::string kVote = kHead + R"([[step]]
name = "v"
kind = "vote"
rule = "plurality"
tie = "first"
fallback = "hold"
options = ["yes", "no"]
task = "t"
prompt = "p {{input.n}}"
schema = { type = "object", properties = { vote = { enum = ["yes", "no"] } } }
)";

TEST(Runner, RulesVoteBesideMinds) {
  Stand stand;
  const Outcome out = stand.go(kVote + R"(
[[step.ballot]]
by = "mind"
mind = "m"
[[step.ballot]]
by = "rule"
rule = "input.n > 1 ? 'no' : 'abstain'"
[[step.ballot]]
by = "full"
rule = "{'vote': 'no', 'confidence': 50, 'reason': 'n is ' + string(input.n)}"
[[step.ballot]]
by = "wrong"
rule = "'maybe'"
[[step.ballot]]
by = "broken"
rule = "input.z"
)",
                               parsed(R"({"n":2})"));
  const Json& vote = out.output;
  EXPECT_EQ(vote.str_or("outcome", ""), "no");
  EXPECT_EQ(vote.int_or("cast", 0), 2);  // the mind's {} has no vote
  EXPECT_EQ(vote.int_or("failed", 0), 3);
  EXPECT_EQ(vote.at("ballots").items()[2].str_or("reason", ""), "n is 2");
  EXPECT_EQ(stand.sink.of(EntryKind::vote)[0]->draft.from.size(), 5U);
}

TEST(Runner, TheTieRuleAndTheLastVoteAreOnRecord) {
  Stand stand;
  const std::string file_text =
      kVote + "ballot = [{ by = \"a\", rule = \"'yes'\" }, { by = \"b\", rule = \"'no'\" }]\n";
  EXPECT_EQ(stand.go(file_text, parsed(R"({"n":2})")).output.str_or("decided_by", ""), "tie_rule");
  const Outcome second = stand.go(file_text, parsed(R"({"n":2})"));
  EXPECT_EQ(second.output.int_or("n_eff_milli", 0), 2000);  // they have never agreed
  const auto votes = stand.sink.of(EntryKind::vote);
  EXPECT_EQ(votes[1]->draft.from.back(), votes[0]->seq);
}

TEST(Runner, AnEscalationThatGivesNoOptionFallsBack) {
  const std::string file_text =
      kHead +
      "[[step]]\nname = \"v\"\nkind = \"vote\"\nrule = \"majority\"\ntie = \"escalate\"\nfallback "
      "= \"hold\"\n"
      "options = [\"yes\", \"no\"]\ntask = \"t\"\nprompt = \"{{input.n}}\"\nschema = { type = "
      "\"object\", properties "
      "= { vote = { enum = [\"yes\", \"no\", \"abstain\"] } } }\nescalate = { by = \"e\", mind = "
      "\"m\" }\n"
      "ballot = [{ by = \"a\", rule = \"'yes'\" }, { by = \"b\", rule = \"'no'\" }]\n";
  Stand silent;
  silent.panel.answer = [](const Ask&) -> Reply { return said(R"({"vote":"abstain"})"); };
  const Outcome out = silent.go(file_text, parsed(R"({"n":2})"));
  EXPECT_EQ(out.output.str_or("outcome", ""), "hold");
  EXPECT_EQ(silent.panel.calls.size(), 1U);

  Stand unasked;  // its question cannot be put
  EXPECT_EQ(unasked.go(file_text).output.str_or("decided_by", ""), "fallback");
  EXPECT_TRUE(unasked.panel.calls.empty());

  Stand full;
  full.sink.commits_max = 0;
  EXPECT_EQ(full.error(file_text, parsed(R"({"n":2})")), "disk full");
}

TEST(Runner, ABallotIsShownWhatItsQuestionNames) {
  Stand stand;
  stand.panel.answer = [](const Ask&) -> Reply { return said(R"({"vote":"yes"})"); };
  stand.go(kHead + map("a", "1") + map("b", "2") + kVote.substr(kHead.size()) +
           R"(needs = ["a", "b"]
[[step.ballot]]
by = "x"
mind = "m"
prompt = "{{a.o}}"
[[step.ballot]]
by = "y"
rule = "b.o == 2 ? 'yes' : 'no'"
)");
  EXPECT_EQ(stand.panel.calls[0][0].facts.at("draft"), parsed(R"({"a":{"o":1}})"));
}

TEST(Runner, AWindowRemembersAcrossRunsAndNamesWhatItRemembers) {
  Stand stand;
  const std::string file_text = kHead + map("a", "size(w.filter(r, r.at > input.at - 10))",
                                            "window = [{ name = \"w\", key = \"input.who\", record "
                                            "= \"{'at': input.at, 'was': output.o}\", keep = 2 }]");
  const auto at = [&](const char* input) { return stand.go(file_text, parsed(input)); };
  EXPECT_EQ(at(R"({"who":"x","at":1})").output.int_or("o", -1), 0);
  EXPECT_EQ(at(R"({"who":"y","at":2})").output.int_or("o", -1), 0);
  EXPECT_EQ(at(R"({"who":"x","at":3})").output.int_or("o", -1), 1);
  const Outcome fourth = at(R"({"who":"x","at":12})");
  EXPECT_EQ(fourth.output.int_or("o", -1), 1);
  EXPECT_EQ(stand.sink.at(fourth.last).from.size(), 3U);  // the input and the two remembered
}

TEST(Runner, NothingIsWrittenIfTheRunCannotBegin) {
  Stand stand;
  EXPECT_EQ(stand.error(kHead + map("a", "1"), Json(1)), "input of pipeline p must be an object");
  EXPECT_EQ(
      stand.error(kHead +
                  "input = { type = \"object\", required = [\"n\"], properties = { n = {} } }\n" +
                  map("a", "1")),
      "input of pipeline p: $.n is missing");
  EXPECT_EQ(
      stand.error(
          kHead +
          step("a",
               "kind = \"ask\"\nmind = \"@x\"\ntask = \"t\"\nprompt = \"p\"\nschema = { type = "
               "\"object\" }")),
      "pipeline p asks the seat @x, where the cast has nobody; add it to the cast");
  stand.context.effects = nullptr;
  EXPECT_EQ(stand.error(kHead + step("a", "kind = \"effect\"\neffect = \"e\"")),
            "pipeline p has the effect a, which nothing here can perform");
  EXPECT_EQ(stand.sink.entries.size(), 1U);
}

TEST(Runner, AFullDiskEndsTheRunBeforeAnEffect) {
  Stand stand;
  stand.sink.commits_max = 0;
  EXPECT_EQ(stand.error(kHead + step("a", "kind = \"effect\"\neffect = \"e\"")), "disk full");
  EXPECT_TRUE(stand.effects.calls.empty());
}

}  // namespace
}  // namespace wood
