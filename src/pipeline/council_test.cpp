// Votes as pipelines hold them: rankings, quantities, what they weigh, and what their truth
// teaches.
#include "pipeline/council.h"

#include <gtest/gtest.h>

#include "pipeline/testing.h"

namespace wood {
namespace {

using testing::parsed;
using testing::said;
using testing::Stand;
using State = StepOutcome::State;

std::string vote(const std::string& rule, const std::string& rest) {
  return "name = \"p\"\n[[step]]\nname = \"v\"\nkind = \"vote\"\ntask = \"t\"\nprompt = "
         "\"p\"\nrule = "
         "\"" +
         rule + "\"\n" + rest;
}
// A ballot that is computed by what the input says of that voter.
std::string ballot(const std::string& by, const std::string& more = "") {
  return "[[step.ballot]]\nby = \"" + by + "\"\nrule = \"get(input, '" + by + "', 'abstain')\"\n" +
         more;
}
const std::string kYesNo = "options = [\"yes\", \"no\"]\nfallback = \"hold\"\n";

TEST(Council, RanksByPoints) {
  Stand stand;
  stand.panel.answer = [](const Ask& ask) -> Reply {
    return said(ask.mind == "m1" ? R"({"ranking":["b","c","b","a"]})" : R"({"ranking":[]})");
  };
  const Outcome out =
      stand.go(vote("borda", R"(options = ["a", "b", "c"]
fallback = "hold"
[step.schema]
type = "object"
required = ["ranking"]
properties = { ranking = { type = "array", items = { enum = ["a", "b", "c"] } } }
[[step.ballot]]
by = "asked"
mind = "m1"
[[step.ballot]]
by = "empty"
mind = "m2"
)") + ballot("x") + ballot("y") +
                   ballot("z") + ballot("w"),
               parsed(R"({"x":["a","b"],"y":{"ranking":["a","b","c"],"reason":"so"},"w":["a"]})"));
  EXPECT_EQ(out.output.str_or("outcome", ""), "a");
  EXPECT_EQ(out.output.at("weights"), parsed(R"({"a":12,"b":9,"c":3})"));  // half points
  EXPECT_EQ(out.output.int_or("cast", 0), 4);
  EXPECT_EQ(out.output.int_or("abstained", 0), 1);
  EXPECT_EQ(out.output.int_or("failed", 0), 1);
  EXPECT_EQ(out.output.at("ballots").items()[0].at("ranking"), parsed(R"(["b","c","a"])"));
  EXPECT_EQ(out.output.at("ballots").items()[3].str_or("reason", ""), "so");
}

const std::string kMedian = R"(low = 0
high = 50
tolerance = 1
spread_max = 20
tie = "escalate"
escalate = { by = "chair", mind = "m" }
fallback = 0
[step.schema]
type = "object"
required = ["quantity"]
properties = { quantity = { type = "integer", minimum = 0, maximum = 50 } }
)";

TEST(Council, QuantitiesAreIntegersAndScatteredOnesEscalate) {
  const std::string text = vote("median", kMedian) + ballot("x") + ballot("y") + ballot("z");
  Stand stand;
  stand.panel.answer = [](const Ask&) -> Reply { return said(R"({"quantity":33})"); };
  const Outcome near =
      stand.go(text, parsed(R"({"x":10,"y":{"quantity":12,"confidence":70},"z":30})"));
  EXPECT_EQ(near.output.at("outcome"), Json(12));
  EXPECT_EQ(near.output.at("counts"), parsed(R"({"10":1,"12":1,"30":1})"));
  EXPECT_EQ(near.output.at("ballots").items()[1].at("vote"), Json(12));
  EXPECT_TRUE(stand.panel.calls.empty());
  const Outcome far = stand.go(text, parsed(R"({"x":10,"y":31,"z":99})"));
  EXPECT_EQ(far.output.str_or("why", ""), "scattered");
  EXPECT_EQ(far.output.int_or("failed", 0), 1);  // 99 is over 50
  EXPECT_EQ(far.output.at("outcome"), Json(33));
  EXPECT_EQ(far.output.str_or("decided_by", ""), "mind");
  EXPECT_EQ(stand.sink.of(EntryKind::vote)[1]->draft.body.at("outcome"), Json());
  EXPECT_EQ(stand.go(text, parsed("{}")).output.at("outcome"), Json(0));  // the fallback
}

TEST(Council, AMeasuredConfidenceIsThatOfTheVote) {
  Stand stand;
  stand.panel.answer = [](const Ask& ask) -> Reply {
    const bool sure = ask.mind == "sure";
    Answer out =
        said(sure ? R"({"vote":"yes","confidence":1})" : R"({"vote":"no","confidence":99})");
    out.confidence = {{"vote", sure ? 990'000 : 510'000}, {"other", 1}};
    return out;
  };
  const std::string asked = R"(weights = "confidence"
confidence = "measured"
unstated = 30
confidence_min = 60
[step.schema]
type = "object"
required = ["vote"]
properties = { vote = { enum = ["yes", "no"] }, confidence = { type = "integer" } }
[[step.ballot]]
by = "a"
mind = "sure"
[[step.ballot]]
by = "b"
mind = "unsure"
)";
  const Outcome out =
      stand.go(vote("weighted", kYesNo + asked) + ballot("rule"), parsed(R"({"rule":"no"})"));
  EXPECT_EQ(out.output.str_or("outcome", ""), "yes");
  EXPECT_EQ(out.output.at("weights"), parsed(R"({"no":810000,"yes":990000})"));
  EXPECT_EQ(out.output.int_or("confidence", 0), 99);
  const Json& body = stand.sink.of(EntryKind::vote)[0]->draft.body;
  EXPECT_EQ(body.str_or("weighed_by", ""), "confidence");
  EXPECT_EQ(body.str_or("confidence_is", ""), "measured");
  EXPECT_EQ(body.at("ballots").items()[1].int_or("measured_ppm", 0), 510'000);
}

const std::string kCalibrated = kYesNo + R"(weights = "calibrated"
[step.calibration]
accuracy_ppm = { a = 850000, b = 800000, c = 800000, d = 800000 }
[[step.calibration.pair]]
a = "b"
b = "c"
rho_ppm = 1000000
[[step.calibration.pair]]
a = "d"
b = "b"
rho_ppm = 1000000
[[step.calibration.pair]]
a = "c"
b = "d"
rho_ppm = 1000000
)";

TEST(Council, WhatWasMeasuredOfTheVotersDecides) {
  Stand stand;
  const std::string text =
      vote("plurality", kCalibrated) + ballot("a") + ballot("b") + ballot("c") + ballot("d");
  const Outcome out = stand.go(text, parsed(R"({"a":"yes","b":"no","c":"no","d":"no"})"));
  EXPECT_EQ(out.output.str_or("outcome", ""),
            "yes");  // ln(0.85/0.15) against ln 4, thrice the same
  EXPECT_EQ(out.output.at("weights"), parsed(R"({"no":1386,"yes":1734})"));
  EXPECT_EQ(out.output.at("ballots").items()[1].int_or("weight", 0), 1'386);
  std::string other = text;
  other.insert(other.find("[[step.calibration.pair]]"), "minds = { a = \"measured\" }\n");
  const Outcome unknown = stand.go(other, parsed(R"({"a":"yes","b":"no"})"));
  EXPECT_EQ(unknown.output.str_or("outcome", ""), "no");
  EXPECT_TRUE(unknown.output.at("ballots").items()[0].bool_or("uncalibrated", false));
}

TEST(Council, AVetoIsNotEscalated) {
  Stand stand;
  const std::string text =
      vote("majority",
           kYesNo +
               "tie = \"escalate\"\nescalate = { by = \"e\", mind = \"m\" }\nschema = { type = "
               "\"object\", properties = { vote = { enum = [\"yes\", \"no\"] } } }\n") +
      ballot("a") + ballot("b") + ballot("overseer", "veto = true\n");
  const Outcome out = stand.go(text, parsed(R"({"a":"yes","b":"yes","overseer":"no"})"));
  EXPECT_EQ(out.output.str_or("outcome", ""), "hold");
  EXPECT_EQ(out.output.str_or("why", ""), "vetoed");
  EXPECT_EQ(out.output.str_or("decided_by", ""), "fallback");
  EXPECT_TRUE(stand.panel.calls.empty());
  EXPECT_EQ(stand.go(text, parsed(R"({"a":"yes","b":"yes"})")).output.str_or("outcome", ""), "yes");
}

// A vote that is remembered, and a step that learns how an earlier one should have come out.
const std::string kLearning =
    vote("majority", kYesNo + "key = \"input.id\"\ntruths_min = 2\nremember = 3\n") + ballot("a") +
    ballot("b") + R"toml([[step]]
name = "learn"
kind = "outcome"
of = "v"
key = "get(input, 'about', '')"
truth = "get(input, 'truth', null)"
[[step]]
name = "see"
kind = "transform"
needs = ["learn", "v"]
[step.map]
learn = "learn"
by = "v.n_eff_by"
n_eff = "v.n_eff_milli"
)toml";

TEST(Council, WhereTheTruthComesInNEffIsByErrors) {
  Stand stand;
  const auto go = [&](const std::string& input) {
    return stand.go(kLearning, parsed(input)).output;
  };
  EXPECT_EQ(go(R"({"id":1,"a":"yes","b":"yes"})").at("learn"),
            parsed(R"({"code":"no_truth","known":false})"));
  // Number 1 should have been no: both were wrong. Nothing is known of so few yet.
  const Json second = go(R"({"id":2,"a":"yes","b":"yes","about":1,"truth":"no"})");
  EXPECT_EQ(second.at("learn"),
            parsed(R"({"code":"judged","decided":"yes","judged":1,"known":true,"right":false,
                       "truth":"no","wrong":["a","b"]})"));
  EXPECT_EQ(second.str_or("by", ""), "agreement");
  EXPECT_EQ(second.int_or("n_eff", 0), 1'000);  // they have always agreed
  EXPECT_EQ(go(R"({"id":3,"a":"yes","b":"no","about":2,"truth":"yes"})").at("learn").at("right"),
            Json(true));
  const Json fourth = go(R"({"id":4,"a":"yes","b":"yes","about":3,"truth":"yes"})");
  // a wrong in 1, b in 1 and 3, of three: (3·1 − 1·2) / sqrt(1·2·2·1) = 0.5
  EXPECT_EQ(fourth.at("learn").int_or("error_rho_milli", 0), 500);
  EXPECT_EQ(go(R"({"id":5,"a":"yes","b":"yes"})").str_or("by", ""), "errors");
  const Json& last = stand.sink.of(EntryKind::vote).back()->draft.body;
  EXPECT_EQ(last.int_or("error_rho_milli", 0), 500);
  EXPECT_EQ(last.int_or("judged", 0), 3);
  EXPECT_EQ(last.int_or("n_eff_milli", 0), n_eff_milli(2, 500));
  EXPECT_NE(last.int_or("rho_milli", 0), 500);  // that of agreement stands beside it
}

TEST(Council, ATruthNamesTheVoteThatItJudgesAndTheNextVoteNamesIt) {
  Stand stand;
  stand.go(kLearning, parsed(R"({"id":"k","a":"yes","b":"no"})"));
  const Seq first = stand.sink.of(EntryKind::vote)[0]->seq;
  const Outcome out = stand.go(kLearning, parsed(R"({"id":2,"about":"k","truth":"yes"})"));
  const Draft& learned = stand.sink.at(out.steps.at("learn").entry);
  EXPECT_EQ(learned.body.str_or("of", ""), "v");
  EXPECT_NE(std::find(learned.from.begin(), learned.from.end(), first), learned.from.end());
  stand.go(kLearning, parsed(R"({"id":3,"a":"yes","b":"no"})"));
  EXPECT_EQ(stand.sink.of(EntryKind::vote).back()->draft.from.back(), out.steps.at("learn").entry);
}

TEST(Council, ATruthOfNothingKnownIsOnRecord) {
  Stand stand;
  const auto learn = [&](const std::string& input) {
    return stand.go(kLearning, parsed(input)).steps.at("learn");
  };
  EXPECT_EQ(learn(R"({"id":1,"about":9,"truth":"yes"})").output.str_or("code", ""), "no_vote");
  EXPECT_EQ(learn(R"({"id":2,"about":1,"truth":"maybe"})").code, "expression");
  // Judged once: a second truth of the same vote finds nothing.
  EXPECT_EQ(learn(R"({"id":3,"about":1,"truth":"yes"})").output.str_or("code", ""), "judged");
  EXPECT_EQ(learn(R"({"id":4,"about":1,"truth":"yes"})").output.str_or("code", ""), "no_vote");
  EXPECT_EQ(stand.go(kLearning, parsed("{}")).steps.at("v").code, "expression");  // no id
}

TEST(Council, WhatIsRememberedOfVotersSurvivesAsJson) {
  Stand stand;
  stand.go(kLearning, parsed(R"({"id":1,"a":"yes","b":"no"})"));
  stand.go(kLearning, parsed(R"({"id":2,"a":"no","b":"no","about":1,"truth":"no"})"));
  const auto back = Memory::from(parsed(stand.memory.json().dump()));
  ASSERT_TRUE(back) << back.error().what;
  EXPECT_EQ(back->json(), stand.memory.json());
  EXPECT_EQ(stand.memory.json().at("votes").at("v").at("errors").int_or("judged", 0), 1);
  EXPECT_EQ(stand.memory.json().at("votes").at("v").at("waiting").items().size(), 1U);
  stand.memory = *back;
  const std::string third = R"({"id":3,"a":"no","b":"yes","about":2,"truth":"no"})";
  EXPECT_EQ(stand.go(kLearning, parsed(third)).output.at("learn").int_or("judged", 0), 2);
  for (const char* bad : {R"("judged":3)", R"("errors":{"judged":0,"pairs":[]})", R"("waiting":1)",
                          R"("judged":3,"errors":{})"})
    EXPECT_FALSE(Memory::from(parsed(R"({"votes":{"v":{"last":1,"pairs":[],)" + std::string(bad) +
                                     R"(}},"windows":{}})")))
        << bad;
}

// What does not use a truth leaves no trace of it: records of earlier builds stay as they are.
TEST(Council, AVoteWithoutAKeyRecordsNothingNew) {
  Stand stand;
  stand.go(vote("majority", kYesNo) + ballot("a") + ballot("b"),
           parsed(R"({"a":"yes","b":"yes"})"));
  const Json& body = stand.sink.of(EntryKind::vote)[0]->draft.body;
  std::vector<std::string> members;
  for (const auto& member : body.members()) members.push_back(member.first);
  EXPECT_EQ(members, (std::vector<std::string>{
                         "abstained", "ballots", "cast", "confidence", "confidence_min", "counts",
                         "failed", "n_eff_milli", "options", "outcome", "pipeline", "quorum",
                         "rho_milli", "rule", "step", "tie", "weights", "why"}));
  EXPECT_EQ(body.at("ballots").items()[0],
            parsed(R"({"by":"a","entry":1,"state":"cast","vote":"yes","weight":1})"));
  EXPECT_EQ(stand.memory.json().at("votes").at("v").members().size(), 2U);
}

}  // namespace
}  // namespace wood
