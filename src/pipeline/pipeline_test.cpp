#include "pipeline/pipeline.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "pipeline/function.h"
#include "pipeline/testing.h"

namespace wood {
namespace {

using testing::file;

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
  for (const char* path : {"pipelines/desk.toml", "pipelines/payments.toml"}) {
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
  const std::string doc = file("docs/formats/pipeline.md");
  const std::size_t begin = doc.find("```toml\n");
  ASSERT_NE(begin, std::string::npos);
  const std::size_t end = doc.find("```", begin + 8);
  const auto out = Pipeline::parse(doc.substr(begin + 8, end - begin - 8));
  EXPECT_TRUE(out) << out.error().what;
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
       "route effect; did you mean ask?"},
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
       "line 7: step v options: must be two or more"},
      {kHead + without(kBallots, "\"yes\", \"no\"", "\"yes\", \"abstain\"") + kBallot,
       "line 7: step v options: must be"},
      {kHead + without(kBallots, "majority", "majorty") + kBallot,
       "line 8: step v rule: \"majorty\" is not one of plurality majority unanimity weighted; did "
       "you mean majority?"},
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
  static const std::string desk = file("pipelines/payments.toml");
  std::string text = desk;
  for (int i = 0; i < 3; ++i) {
    const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
    text[at] =
        *rc::gen::element('"', '[', ']', '{', '}', '.', 'x', '0', '\n', ' ', '=', '-', '\x01');
  }
  (void)Pipeline::parse(text);
}

}  // namespace
}  // namespace wood
