#include "pipeline/pipeline.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "pipeline/function.h"
#include "pipeline/testing.h"

namespace wood {
namespace {

using testing::file;

// The examples of the pipeline format's document, in their order; "" beyond the last.
std::string example(int number) {
  const std::string doc = file("docs/formats/pipeline.md");
  std::size_t at = 0;
  for (int i = 0; (at = doc.find("```toml\n", at)) != std::string::npos; ++i) {
    const std::size_t end = doc.find("```", at + 8);
    if (i == number) return doc.substr(at + 8, end - at - 8);
    at = end;
  }
  return "";
}

std::string error_of(const std::string& toml) {
  const auto out = Pipeline::parse(toml);
  return out ? "none" : out.error().what;
}

TEST(Pipeline, TheDesk) {
  const auto desk = Pipeline::parse(file("pipelines/desk.toml"));
  ASSERT_TRUE(desk) << desk.error().what;
  EXPECT_EQ(desk->seats(),
            (std::vector<std::string>{"analyst", "news", "oversight", "quant", "risk"}));
  EXPECT_EQ(desk->output, "summary");
  ASSERT_NE(desk->find("vote"), nullptr);
  const auto& vote = std::get<VoteStep>(desk->find("vote")->what);
  EXPECT_EQ(vote.ballots.size(), 5U);
  EXPECT_EQ(vote.escalate_mind, "@larger");
  EXPECT_EQ(desk->find("news")->layer, 0);
  EXPECT_GT(desk->find("vote")->layer, desk->find("risk")->layer);
  EXPECT_EQ(desk->find("nobody"), nullptr);
}

TEST(Pipeline, IsTheSameFromItsJson) {
  for (const char* path :
       {"pipelines/desk.toml", "pipelines/payments.toml", "pipelines/cascade.toml"}) {
    const auto once = Pipeline::parse(file(path));
    ASSERT_TRUE(once) << once.error().what;
    const auto again = Pipeline::from(testing::parsed(once->json().dump()));
    ASSERT_TRUE(again) << again.error().what;
    EXPECT_EQ(again->json(), once->json());
    EXPECT_EQ(again->layers, once->layers);
    EXPECT_EQ(again->steps.size(), once->steps.size());
  }
}

TEST(Pipeline, TheWorkedExampleOfTheFormatIsOne) {
  const auto out = Pipeline::parse(example(0));
  EXPECT_TRUE(out) << out.error().what;
}

// Each of the other examples stands for steps of a file of its own.
TEST(Pipeline, TheOtherExamplesOfTheFormatAreSteps) {
  int seen = 0;
  for (std::string text = example(1); !text.empty(); text = example(++seen + 1)) {
    const auto out = Pipeline::parse("name = \"p\"\n" + text);
    EXPECT_TRUE(out) << text << out.error().what;
  }
  EXPECT_EQ(seen, 6);
}

TEST(Pipeline, TheFormatListsEveryFunction) {
  const std::string doc = file("docs/formats/pipeline.md");
  for (const Function& f : functions())
    EXPECT_NE(doc.find("`" + std::string(f.name) + "("), std::string::npos) << f.name;
}

// A step of each kind, by parts, to be broken one part at a time.
const std::string kHead = "name = \"p\"\n";
const std::string kAsk = R"([[step]]
name = "a"
kind = "ask"
mind = "m"
task = "t"
prompt = "p {{input.x}}"
schema = { type = "object", required = ["n"], properties = { n = { type = "integer" } } }
)";
const std::string kBallots = R"([[step]]
name = "v"
kind = "vote"
task = "t"
prompt = "p"
options = ["yes", "no"]
rule = "majority"
fallback = "hold"
schema = { type = "object", required = ["vote"], properties = { vote = { enum = ["yes", "no"] } } }
)";
const std::string kBallot = "[[step.ballot]]\nby = \"x\"\nmind = \"m\"\n";

std::string step(const std::string& name, const std::string& rest) {
  return "[[step]]\nname = \"" + name + "\"\n" + rest + "\n";
}
std::string map(const std::string& name, const std::string& needs, const std::string& expr) {
  return step(name,
              "kind = \"transform\"\nneeds = [" + needs + "]\nmap = { o = \"" + expr + "\" }");
}

struct Case {
  std::string toml;
  std::string error;
};

void expect_errors(const std::vector<Case>& cases) {
  for (const Case& c : cases)
    EXPECT_EQ(error_of(c.toml).substr(0, c.error.size()), c.error) << c.toml;
}

TEST(Pipeline, FaultsOfTheFileNameLineAndMend) {
  EXPECT_EQ(error_of(kHead + kAsk), "none");
  EXPECT_EQ(error_of(kHead + kBallots + kBallot), "none");
  expect_errors({
      {"a = = 1", "line 1: "},
      {"x = 1.5", "line 1: x must be an integer"},
      {kAsk, "the file: has no name; add name = "},
      {kHead, "the file: has no steps; add [[step]]"},
      {"name = \"A b\"\n", "line 1: name: \"A b\" is no name; use lower-case"},
      {"name = 3\n", "line 1: name: must be a text"},
      {kHead + "version = 0\n" + kAsk, "line 2: version: must be an integer from 1 to"},
      {kHead + "stepp = 1\n" + kAsk, "line 2: stepp: is not known here; did you mean step?"},
      {kHead + "output = \"z\"\n" + kAsk, "line 2: output: there is no step z"},
      {kHead + "step = 3\n", "line 2: step: must be tables, each under [[…step]]"},
      {kHead + "step = [3]\n", "line 2: step[0]: must be a table"},
      {kHead + "let = 3\n", "line 2: let: must be a table of expressions"},
      {kHead + "[let]\na = \"1 +\"\n" + kAsk, "line 3: let.a: column 4: expected a value"},
      {kHead + "[let]\na = []\n" + kAsk, "line 3: let.a: must be an expression in quotes"},
      {kHead + "[let]\na = \"b\"\n" + kAsk, "line 3: let.a: names b; it may name input and turn"},
      {kHead + "input = { kind = 1 }\n" + kAsk,
       "line 2: input: schema at $: keyword \"kind\" is not supported"},
      {kHead + step("A", ""), "line 3: step[0].name: \"A\" is no name"},
      {kHead + step("a", ""), "line 2: step a: has no kind; add kind = "},
      {kHead + step("a", "kind = \"asc\""),
       "line 4: step a kind: \"asc\" is not one of ask rule transform vote "
       "route effect cascade versions outcome; did you mean ask?"},
      {kHead + kAsk + "colour = 1\n", "line 9: step a colour: is not known here; known are"},
      {kHead + kAsk + "needs = 1\n", "line 9: step a needs: must be a list of texts"},
      {kHead + kAsk + "needs = [1]\n", "line 9: step a needs: must be a list of texts"},
      {kHead + kAsk + "when = \"1 +\"\n", "line 9: step a when: column 4: expected a value"},
      {kHead + kAsk + "tokens_max = 0\n",
       "line 9: step a tokens_max: must be an integer from 1 to"},
      {kHead + kAsk + "[[step.check]]\nthat = \"true\"\ncode = \"c\"\notherwise = \"default\"\n",
       "line 12: step[0].check[0].otherwise: the step has no default"},
      {kHead + kAsk + "[[step.check]]\ncode = \"c\"\n",
       "line 9: step[0].check[0]: has no that; add that ="},
      {kHead + kAsk + "choices = { z = \"[1]\" }\n",
       "line 9: step a choices.z: the schema has no such place"},
      {kHead + kAsk + "system = { full = \"x\" }\n",
       "line 9: step a system: must be a text, or a table of full"},
      {kHead + kAsk + "system = \"{{x\"\n", "line 9: step a system: column 1: {{ without }}"},
      {kHead + kAsk + "system = { full = 1, terse = \"\" }\n",
       "line 9: step a system.full: must be a text"},
  });
}

TEST(Pipeline, FaultsOfStepsNameLineAndMend) {
  expect_errors({
      {kHead + step("a", "kind = \"ask\""), "line 2: step a: has no mind"},
      {kHead + step("a", "kind = \"ask\"\nmind = \"@\""),
       "line 5: step a mind: names nobody; write a mind, \"@seat\""},
      {kHead + step("a", "kind = \"ask\"\nmind = \"m\""),
       "line 2: step a: has no schema; add [step.schema]"},
      {kHead + step("a", "kind = \"ask\"\nmind = \"m\"\nschema = {type = \"object\"}"),
       "line 2: step a: has no task"},
      {kHead +
           step("a", "kind = \"ask\"\nmind = \"m\"\nschema = {type = \"object\"}\ntask = \"t\""),
       "line 2: step a: has no prompt"},
      {kHead + step("a", "kind = \"rule\""), "line 2: step a: has no rules; add [[step.rule]]"},
      {kHead +
           step("a", "kind = \"rule\"\nrule = [{when = \"true\", outcome = \"o\", code = \"c\"}]"),
       "line 2: step a: says not what holds if no rule applies"},
      {kHead + step("a",
                    "kind = \"rule\"\notherwise = 1\nrule = [{when = \"true\", outcome = \"o\", "
                    "code = \"c\"}]"),
       "line 5: step a otherwise: must be a table"},
      {kHead + step("a", "kind = \"transform\""),
       "line 2: step a: computes nothing; add [step.map]"},
      {kHead + step("a",
                    "kind = \"transform\"\nmap = {o = \"1\"}\nwindow = [{name = \"w\", key = "
                    "\"1\", record = \"1\"}, "
                    "{name = \"w\", key = \"1\", record = \"1\"}]"),
       "line 6: step[0].window[1].name: there are two windows w"},
      {kHead + step("a", "kind = \"route\""), "line 2: step a: has no ways; add [[step.way]]"},
      {kHead + step("a",
                    "kind = \"route\"\nway = [{mind = \"m\", code = \"c\"}, {mind = \"n\", code = "
                    "\"c\"}]"),
       "line 5: step[0].way[0]: has no when, so the ways after it are never gone"},
      {kHead + step("a", "kind = \"route\"\nway = [{when = \"true\", mind = \"m\", code = \"c\"}]"),
       "line 5: step[0].way[0].when: the last way must hold always"},
      {kHead + step("a", "kind = \"route\"\nway = [{mind = \"route:b\", code = \"c\"}]"),
       "line 5: step[0].way[0].mind: a route names a mind"},
      {kHead + step("a", "kind = \"effect\""), "line 2: step a: has no effect"},
  });
}

std::string without(std::string text, const std::string& part, const std::string& instead = "") {
  const std::size_t at = text.find(part);
  EXPECT_NE(at, std::string::npos) << part;
  return text.replace(at, part.size(), instead);
}

TEST(Pipeline, FaultsOfVotes) {
  expect_errors({
      {kHead + kBallots, "line 2: step v: nobody votes; add [[step.ballot]]"},
      {kHead + without(kBallots, "\"yes\", \"no\"", "\"yes\"") + kBallot,
       "line 7: step v options: must be 2 to 64"},
      {kHead + without(kBallots, "\"yes\", \"no\"", "\"yes\", \"abstain\"") + kBallot,
       "line 7: step v options: must be"},
      {kHead + without(kBallots, "majority", "majorty") + kBallot,
       "line 8: step v rule: \"majorty\" is not one of plurality majority unanimity weighted borda "
       "median; did you mean majority?"},
      {kHead + without(kBallots, "majority", "weighted") + kBallot,
       "line 11: step[0].ballot[0]: has no weight"},
      {kHead + kBallots + kBallot + kBallot,
       "line 15: step[0].ballot[1].by: x has a ballot already"},
      {kHead + kBallots + "quorum = 2\n" + kBallot,
       "line 11: step v quorum: must be an integer from 1 to 1"},
      {kHead + kBallots + "tie = \"escalate\"\n" + kBallot,
       "line 2: step v escalate: goes with tie = \"escalate\""},
      {kHead + kBallots + "escalate = {by = \"x\", mind = \"m\"}\n" + kBallot,
       "line 11: step v escalate: goes with tie"},
      {kHead + without(kBallots, "vote = { enum", "veto = { enum") + kBallot,
       "line 10: step v schema: schema at $: requ"},
      {kHead + without(kBallots, "enum = [\"yes\", \"no\"]", "type = \"string\"") + kBallot,
       "line 11: step[0].ballot[0]: its answers need a member vote with an enum"},
      {kHead + without(kBallots, "enum = [\"yes\", \"no\"]", "enum = [\"yes\", \"maybe\"]") +
           kBallot,
       "line 11: step[0].ballot[0].schema: vote may be \"maybe\", which is no option"},
      {kHead + kBallots + kBallot + "rule = \"z\"\n",
       "line 13: step[0].ballot[0].mind: is not known here"},
  });
}

TEST(Pipeline, FaultsOfWeights) {
  const auto with = [](const std::string& lines) {
    return kHead + without(kBallots, "fallback = \"hold\"\n", "fallback = \"hold\"\n" + lines) +
           kBallot;
  };
  const std::string calibration = "calibration = { accuracy_ppm = { x = 800000 } }\n";
  EXPECT_EQ(error_of(with("weights = \"calibrated\"\n" + calibration)), "none");
  expect_errors({
      {with("weights = \"confidence\"\n"),
       "line 2: step v: says not what a ballot weighs that has no confidence; add unstated = 50"},
      {with("weights = \"calibrated\"\n"),
       "line 2: step v calibration: goes with weights = \"calibrated\"; write both"},
      {with(calibration), "line 10: step v calibration: goes with weights"},
      {with("weights = \"calibrated\"\ncalibration = { accuracy_ppm = { y = 800000 } }\n"),
       "line 11: step[0].calibration.accuracy_ppm: says nothing of x, who has a ballot"},
      {with("weights = \"calibrated\"\ncalibration = { accuracy_ppm = { x = 1, y = 1 } }\n"),
       "line 11: step[0].calibration.accuracy_ppm.y: has no ballot"},
      {with("weights = \"calibrated\"\ncalibration = { accuracy_ppm = { x = 1000000 } }\n"),
       "line 11: step[0].calibration.accuracy_ppm.x: must be an integer from 1 to 999999"},
      {with("weights = \"calibrated\"\ncalibration = { accuracy_ppm = { x = 1 }, minds = { z = "
            "\"m\" } }\n"),
       "line 11: step[0].calibration.minds.z: has no ballot"},
      {with("weights = \"calibrated\"\ncalibration = { accuracy_ppm = { x = 1 }, pair = [{ a = "
            "\"x\", b = \"z\", rho_ppm = 1 }] }\n"),
       "line 11: step[0].calibration.pair[0].b: has no ballot"},
      {with("weights = \"calibrated\"\n" + calibration) + "weight = 2\n",
       "line 16: step[0].ballot[0].weight: the step's weights are calibrated; leave one"},
      {without(with("weights = \"confidence\"\nunstated = 1\n"), "majority", "unanimity"),
       "line 10: step v weights: do not matter where all must agree"},
      {with("remember = 3\n"), "line 10: step v remember: is for votes whose truth comes in"},
      {with("") + "veto = 1\n", "line 14: step[0].ballot[0].veto: must be true or false"},
  });
}

TEST(Pipeline, FaultsOfRankingsAndQuantities) {
  const std::string borda =
      without(without(kBallots, "majority", "borda"), "\"vote\"], properties = { vote = { enum",
              "\"ranking\"], properties = { ranking = { type = \"array\", items = { enum");
  const std::string ranked = without(borda, "\"no\"] } } }", "\"no\"] } } } }");
  EXPECT_EQ(error_of(kHead + ranked + kBallot), "none");
  const std::string median = R"([[step]]
name = "v"
kind = "vote"
rule = "median"
low = 0
high = 50
fallback = 0
task = "t"
prompt = "p"
schema = { type = "object", properties = { quantity = )"
                             R"({ type = "integer", minimum = 0, maximum = 50 } } }
)";
  EXPECT_EQ(error_of(kHead + median + kBallot), "none");
  expect_errors({
      {kHead + without(kBallots, "majority", "borda") + kBallot,
       "line 11: step[0].ballot[0]: its answers need a member ranking, a list whose items have"},
      {kHead + ranked + "weights = \"calibrated\"\n" + kBallot,
       "line 11: step v weights: calibrated is for options, not for a borda"},
      {kHead + ranked + "confidence = \"measured\"\n" + kBallot,
       "line 11: step v confidence: is measured of a vote among options"},
      {kHead + without(median, "low = 0\n") + kBallot, "line 2: step v: has no low; add low = "},
      {kHead + without(median, "high = 50", "high = 0") + kBallot,
       "line 7: step v high: must be an integer from 1 to"},
      {kHead + without(median, "fallback = 0", "fallback = \"x\"") + kBallot,
       "line 8: step v fallback: must be an integer"},
      {kHead + without(median, "maximum = 50", "maximum = 51") + kBallot,
       "line 12: step[0].ballot[0]: its answers need a member quantity of type integer"},
      {kHead + median + "tie = \"first\"\n" + kBallot, "line 12: step v tie: a median has no ties"},
      {kHead + median + "options = [\"a\", \"b\"]\n" + kBallot,
       "line 12: step v options: is not known here"},
  });
}

TEST(Pipeline, FaultsOfCascadesVersionsAndOutcomes) {
  const std::string cascade = without(without(kAsk, "\"ask\"", "\"cascade\""), "mind = \"m\"\n");
  const std::string two = "rung = [{ mind = \"s\", bar_ppm = 900000 }, { mind = \"l\" }]\n";
  const std::string versions = without(without(kAsk, "\"ask\"", "\"versions\""), "mind = \"m\"\n");
  const std::string both =
      "version = [{ by = \"a\", mind = \"m\" }, { by = \"b\", mind = \"n\" }]\n";
  EXPECT_EQ(error_of(kHead + cascade + "field = \"n\"\n" + two), "none");
  EXPECT_EQ(error_of(kHead + versions + "compare = [\"n\"]\n" + both), "none");
  expect_errors({
      {kHead + cascade, "line 2: step a: has fewer than two rungs; add [[step.rung]]"},
      {kHead + cascade + two, "line 2: step a field: the schema has no member confidence"},
      {kHead + cascade + "confidence = \"measured\"\n" + two,
       "line 2: step a: says not whose confidence is measured; add field"},
      {kHead + cascade + without(two, "\"s\"", "\"route:r\""),
       "line 8: step[0].rung[0].mind: a cascade names a mind or an \"@seat\""},
      {kHead + cascade + without(two, "bar_ppm = 900000", "curve = [[1, 2]]"),
       "line 8: step[0].rung[0].curve: says how often it is right, but there is no bar"},
      {kHead + cascade + without(two, "900000", "1, curve = [[5, 5], [4, 6]]"),
       "line 8: step[0].rung[0].curve: must ascend; [4,6] does not"},
      {kHead + cascade + without(two, "900000", "1, curve = [[5, 5000000]]"),
       "line 8: step[0].rung[0].curve: [5,5000000] is no [confidence, accuracy]"},
      {kHead + versions + both, "line 2: step a: says not what is compared; add compare"},
      {kHead + versions + "compare = [\"z\"]\n" + both,
       "line 8: step a compare: the schema has no member z"},
      {kHead + versions + "compare = [\"n\"]\ntolerance = { z = 1 }\n" + both,
       "line 9: step a tolerance.z: is not compared; name it in compare"},
      {kHead + versions + "compare = [\"n\"]\nversion = [{ by = \"a\", mind = \"m\" }]\n",
       "line 2: step a: compares fewer than two; add [[step.version]]"},
      {kHead + step("o", "kind = \"outcome\"\nof = \"v\"\nkey = \"1\"\ntruth = \"1\""),
       "line 5: step o of: v is no vote step"},
      {kHead + kBallots + kBallot +
           step("o", "kind = \"outcome\"\nof = \"v\"\nkey = \"1\"\ntruth = \"1\""),
       "line 17: step o of: the votes of v are not kept; give that step a key"},
  });
}

TEST(Pipeline, FaultsOfWhatIsLocalAndOfHow) {
  const std::string input = "input = { type = \"object\", properties = { memo = {} } }\n";
  expect_errors({
      {kHead + input + "local = { members = [\"mmo\"] }\n" + kAsk,
       "line 3: local.members: the input has no member mmo; did you mean memo?"},
      {kHead + input + "local = { members = [\"payer\"] }\n" + kAsk,
       "line 3: local.members: the input has no member payer; name it in [input.properties]"},
      {kHead + "local = { when = \"seat == 'x'\" }\n" + kAsk,
       "line 2: local.when: names seat; it may name input and turn"},
      {kHead + kAsk + map("b", "\"a\"", "how"),
       "line 13: step b map.o: uses how by itself; write how"},
      {kHead + kAsk + map("b", "", "how.a.code"),
       "line 13: step b map.o: names a, which the step does not see; add it to needs"},
  });
  EXPECT_EQ(error_of(kHead + kAsk + map("b", "\"a\"", "how.a.code")), "none");
}

TEST(Pipeline, FaultsOfTheGraph) {
  expect_errors({
      {kHead + map("a", "", "1") + map("a", "", "1"),
       "line 8: step a name: there is a step a already"},
      {kHead + map("input", "", "1"),
       "line 3: step input name: \"input\" means something else already"},
      {kHead + "[let]\nl = \"1\"\n" + map("l", "", "1"),
       "line 5: step l name: \"l\" means something else"},
      {kHead + map("abc", "", "1") + map("b", "\"abd\"", "1"),
       "line 10: step b needs: there is no step abd; did you mean abc?"},
      {kHead + map("a", "", "1") + map("b", "\"a\", \"a\"", "a.o"),
       "line 10: step b needs: a stands there twice"},
      {kHead + map("a", "", "1") + map("b", "\"a\"", "1"),
       "line 10: step b needs: never uses a; remove it"},
      {kHead + map("a", "", "1") + map("b", "", "a.o"),
       "line 11: step b map.o: names a, which the step does not see; "
       "add it to needs"},
      {kHead + map("a", "", "inptu.x"),
       "line 6: step a map.o: names inptu, which the step does not see; did you mean inp"},
      {kHead + map("a", "", "zzz"),
       "line 6: step a map.o: names zzz, which the step does not see; known here are input"},
      {kHead + map("a", "", "output.o"),
       "line 6: step a map.o: names output, which the step does not see"},
      {kHead + map("a", "\"c\"", "c.o") + map("b", "\"a\"", "a.o") + map("c", "\"b\"", "b.o"),
       "line 15: step c needs: the steps wait for each other: c needs b needs a needs c"},
      {kHead + map("a", "\"a\"", "a.o"),
       "line 5: step a needs: the steps wait for each other: a needs a"},
      {kHead + map("r", "", "1") +
           without(without(kAsk, "mind = \"m\"", "mind = \"route:r\""), "task",
                   "needs = [\"r\"]\ntask"),
       "line 10: step a mind: r is no route step"},
      {kHead + without(kAsk, "mind = \"m\"", "mind = \"route:r\""),
       "line 5: step a mind: names r, which the step does not see"},
  });
}

RC_GTEST_PROP(Pipeline, NoBytesCrashIt, ()) {
  (void)Pipeline::parse(*rc::gen::container<std::string>(rc::gen::arbitrary<char>()));
}

// A real pipeline with some of its bytes changed is refused or read, whatever they become.
RC_GTEST_PROP(Pipeline, NoSlipOfThePenCrashesIt, ()) {
  static const std::string payments = file("pipelines/payments.toml");
  static const std::string cascade = file("pipelines/cascade.toml");
  std::string text = *rc::gen::element(payments, cascade);
  for (int i = 0; i < 3; ++i) {
    const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
    text[at] =
        *rc::gen::element('"', '[', ']', '{', '}', '.', 'x', '0', '\n', ' ', '=', '-', '\x01');
  }
  (void)Pipeline::parse(text);
}

}  // namespace
}  // namespace wood
