#include <gtest/gtest.h>

#include <set>

#include "cli/app.h"
#include "cli/inputs.h"
#include "cli/manual.h"
#include "cli/report.h"
#include "cli/table.h"
#include "core/text.h"
#include "host/file.h"

namespace wood::cli {
namespace {

std::string wrong_with(std::vector<std::string> words) {
  const Verb root = program();
  const auto parsed = parse(root, std::move(words));
  return parsed ? "" : parsed.error().what;
}

// Every member of a value by its path: "desk[].ballots[].by".
void paths_of(const Json& value, const std::string& path, std::set<std::string>& out) {
  if (value.is(Json::Kind::object) && !value.members().empty())
    for (const auto& [key, member] : value.members())
      paths_of(member, path.empty() ? key : path + "." + key, out);
  else if (value.is(Json::Kind::array) && !value.items().empty())
    for (const Json& item : value.items()) paths_of(item, path + "[]", out);
  else out.insert(path);
}

TEST(Report, ItsFormatIsWhatTheDocumentSays) {
  Report report;
  report.beings.emplace_back();
  report.goods.emplace_back().marks = {900};
  report.by_turn.emplace_back();
  report.desk.emplace_back().ballots.emplace_back();
  report.verdicts.emplace_back();
  report.silences.emplace_back();
  std::set<std::string> printed;
  paths_of(json(report), "", printed);
  printed.insert("ledger");  // added by `run`
  const auto document = read_file(WOOD_SOURCE_DIR "/docs/formats/report.md");
  ASSERT_TRUE(document);
  std::set<std::string> said;
  for (const std::string& line : split(*document, '\n')) {
    if (!line.starts_with("| `")) continue;
    const std::vector<std::string> quoted = split(split(line, '|').at(1), '`');
    for (std::size_t i = 1; i < quoted.size(); i += 2) said.insert(quoted[i]);
  }
  EXPECT_EQ(said, printed);
}

TEST(Table, CountsColumnsNotBytes) {
  EXPECT_EQ(columns("honey"), 5);
  EXPECT_EQ(columns("Bär"), 3);
  EXPECT_EQ(columns("蜂蜜"), 4);
  EXPECT_EQ(columns("e\xCC\x81"), 1);  // e and a combining acute
  EXPECT_EQ(columns("🦊"), 2);
  EXPECT_EQ(fitted("蜂蜜と木", 5), "蜂蜜…");
  EXPECT_EQ(fitted("honey", 5), "honey");
}

TEST(Table, WhatAMindSaidCannotMoveTheCursor) {
  EXPECT_EQ(printable("a\x1b[2Jb"), "a\xEF\xBF\xBD[2Jb");
  EXPECT_EQ(printable("a\nb\tc"), "a b c");
  EXPECT_EQ(printable("\xE2\x80\xAE"), "\xEF\xBF\xBD");  // right-to-left override
  EXPECT_EQ(printable("\xFFx"), "\xEF\xBF\xBDx");
}

TEST(Table, AlignsAndGivesWayWhereATerminalIsNarrow) {
  Grid grid({{"who"}, {"lots", Align::right}});
  grid.row({"oona", 3});
  grid.row({"mossback the tortoise of the far hill", 12});
  EXPECT_EQ(grid.text({}),
            "who                                    lots\n"
            "oona                                      3\n"
            "mossback the tortoise of the far hill    12\n");
  EXPECT_EQ(grid.text({.person = true, .width = 26}),
            "who                   lots\n"
            "oona                     3\n"
            "mossback the tortoi…    12\n");
}

TEST(Table, ColoursOnlyWhereThereAreColours) {
  EXPECT_EQ(toned({}, Tone::bad, "x"), "x");
  EXPECT_EQ(toned({.person = true, .colour = true}, Tone::bad, "x"), "\x1b[31mx\x1b[0m");
}

TEST(Table, SparklinesSpanLowestToHighest) {
  const std::vector<std::int64_t> values = {10, 20, 30, 80};
  EXPECT_EQ(sparkline(values, {.unicode = true}), "▁▂▃█");
  EXPECT_EQ(sparkline(values, {}), "_.,#");
  EXPECT_EQ(sparkline(std::vector<std::int64_t>{5, 5}, {.unicode = true}), "▄▄");
  EXPECT_EQ(sparkline({}, {}), "");
  EXPECT_EQ(columns(sparkline(std::vector<std::int64_t>(500, 1), {.unicode = true})), 40);
}

TEST(Table, NumbersForPeople) {
  EXPECT_EQ(pebbles(12'345), "12.35");
  EXPECT_EQ(pebbles(-50, Sign::both), "-0.05");
  EXPECT_EQ(pebbles(40'000, Sign::both), "+40.00");
  EXPECT_EQ(grouped(1'234'567), "1 234 567");
  EXPECT_EQ(grouped(-1'000), "-1 000");
  EXPECT_EQ(bytes_text(512), "512 B");
  EXPECT_EQ(bytes_text(3'435'973'836), "3.1 GiB");
  EXPECT_EQ(duration(850'000), "850 ms");
  EXPECT_EQ(duration(12'400'000), "12.4 s");
  EXPECT_EQ(duration(185'000'000), "3 min 05 s");
}

TEST(App, NamesThePlaceAndTheMend) {
  EXPECT_EQ(wrong_with({"rnu"}), "wood: there is no verb \"rnu\"; did you mean \"run\"?");
  EXPECT_EQ(wrong_with({"xyzzy"}), "wood: there is no verb \"xyzzy\"; `wood help` lists them");
  EXPECT_EQ(wrong_with({"run", "--tuns", "3"}),
            "wood run: there is no option --tuns; did you mean \"--turns\"?");
  EXPECT_EQ(wrong_with({"run", "--turns"}), "wood run: --turns wants a value");
  EXPECT_EQ(wrong_with({"run", "--turns", "x"}),
            "wood run: --turns wants a whole number, not \"x\"");
  EXPECT_EQ(wrong_with({"run", "--seed", "1", "--seed", "2"}),
            "wood run: --seed was given 2 times");
  EXPECT_EQ(wrong_with({"run", "--store", "sqlit"}),
            "wood run: --store is one of sqlite, memory, not \"sqlit\"; did you mean \"sqlite\"?");
  EXPECT_EQ(wrong_with({"run", "a", "b"}), "wood run: \"b\" is one word too many: it takes one");
  EXPECT_EQ(wrong_with({"keys", "shwo"}),
            "wood keys: there is no verb \"shwo\"; did you mean \"show\"?");
  // A verb that holds verbs may take words of its own.
  EXPECT_EQ(wrong_with({"minds", "a", "b"}),
            "wood minds: \"b\" is one word too many: it takes one");
  EXPECT_NE(wrong_with({"minds", "check"}).find("NAME is missing"), std::string::npos);
  EXPECT_NE(wrong_with({"trace", "x.wood"}).find("ENTRY is missing"), std::string::npos);
}

TEST(App, FindsTheVerbAndItsArguments) {
  const Verb root = program();
  const auto parsed = parse(root, {"pipeline", "run", "payments", "--in", "a.jsonl", "--cast",
                                   "pattern=x", "--cast=context=y"});
  ASSERT_TRUE(parsed);
  const Call* call = std::get_if<Call>(&*parsed);
  ASSERT_NE(call, nullptr);
  EXPECT_EQ(call->path, "wood pipeline run");
  EXPECT_EQ(call->args.text("FILE"), "payments");
  EXPECT_EQ(call->args.all("--cast"), (std::vector<std::string>{"pattern=x", "context=y"}));
  EXPECT_FALSE(call->args.has("--out"));
}

TEST(App, AVerbThatHoldsVerbsMayActItself) {
  const Verb root = program();
  const auto call = [&](const std::vector<std::string>& words) {
    const auto parsed = parse(root, words);
    EXPECT_TRUE(parsed) << (parsed ? "" : parsed.error().what);
    return parsed ? std::get<Call>(*parsed) : Call{};
  };
  EXPECT_EQ(call({"minds"}).path, "wood minds");
  EXPECT_EQ(call({"minds", "house-llama", "--json"}).args.text("NAME"), "house-llama");
  const Call many = call({"minds", "check", "a", "--json", "b", "c", "--minds", "x", "--minds=y"});
  EXPECT_EQ(many.path, "wood minds check");
  EXPECT_EQ(many.args.all("NAME"), (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(many.args.all("--minds"), (std::vector<std::string>{"x", "y"}));
}

TEST(App, HelpIsReachedInEveryWay) {
  const Verb root = program();
  for (const std::vector<std::string>& words : {std::vector<std::string>{"help", "run"},
                                                {"run", "--help"},
                                                {"run", "-h"},
                                                {"run", "x", "y", "--help"}}) {
    const auto parsed = parse(root, words);
    ASSERT_TRUE(parsed);
    const Help* help = std::get_if<Help>(&*parsed);
    ASSERT_NE(help, nullptr);
    EXPECT_EQ(help->path, "wood run");
    EXPECT_TRUE(help->asked);
  }
  const auto alone = parse(root, {"keys"});
  ASSERT_TRUE(alone);
  EXPECT_FALSE(std::get<Help>(*alone).asked);
}

void each_verb(const Verb& verb, const std::string& path,
               const std::function<void(const Verb&, const std::string&)>& visit) {
  visit(verb, path);
  for (const Verb& inner : verb.verbs) each_verb(inner, path + " " + inner.name, visit);
}

// Lines to be copied are not broken.
bool has_command(const std::string& line) { return line.find("wood ") != std::string::npos; }

TEST(Manual, EveryVerbSaysWhatItIsAndShowsHow) {
  each_verb(program(), "wood", [](const Verb& verb, const std::string& path) {
    EXPECT_FALSE(verb.about.empty()) << path;
    EXPECT_TRUE(!verb.act || !verb.examples.empty()) << path;
    for (const Option& option : verb.options) EXPECT_FALSE(option.about.empty()) << path;
    const std::string help = help_text(verb, path, {.width = 80});
    for (const std::string& line : split(help, '\n'))
      EXPECT_TRUE(has_command(line) || columns(line) <= 80) << line;
  });
}

// An example that the parser refuses is worse than none.
TEST(Manual, EveryExampleIsUnderstood) {
  const Verb root = program();
  each_verb(root, "wood", [&](const Verb& verb, const std::string&) {
    for (const Example& example : verb.examples) {
      std::vector<std::string> words = split(example.line.substr(0, example.line.find(" | ")), ' ');
      if (words.front() != "wood" || example.line.find('$') != std::string::npos) continue;
      const auto more = std::find_if(words.begin(), words.end(),
                                     [](const std::string& word) { return word.starts_with(">"); });
      words.erase(more, words.end());
      words.erase(words.begin());
      const auto parsed = parse(root, words);
      EXPECT_TRUE(parsed) << example.line << ": " << (parsed ? "" : parsed.error().what);
    }
  });
}

TEST(Manual, WhatIsPackagedIsWhatTheProgramSays) {
  const std::string folder = std::string(WOOD_SOURCE_DIR) + "/packaging/";
  const Verb root = program();
  EXPECT_EQ(read_file(folder + "wood.1").value_or(""), man_page(root))
      << "wood man > packaging/wood.1";
  EXPECT_EQ(read_file(folder + "wood.bash").value_or(""), bash_completion(root))
      << "wood completion bash > packaging/wood.bash";
  EXPECT_EQ(read_file(folder + "wood.zsh").value_or(""), zsh_completion(root))
      << "wood completion zsh > packaging/wood.zsh";
}

TEST(Inputs, LinesAndTomlSayTheSame) {
  auto lines = parse_inputs(
      "{\"turn\":2,\"by\":\"operator\",\"act\":\"kill\",\"who\":\"fenn\"}\n\n"
      "{\"turn\":3,\"act\":\"swap\",\"who\":\"fenn\",\"mind\":\"random\"}\n",
      5);
  auto toml = parse_inputs(
      "# two commands\n[[input]]\nturn = 2\nby = \"operator\"\nact = \"kill\"\nwho = \"fenn\"\n"
      "[[input]]\nturn = 3\nact = \"swap\"\nwho = \"fenn\"\nmind = \"random\"\n",
      5);
  for (Result<Inputs>* inputs : {&lines, &toml}) {
    ASSERT_TRUE(*inputs) << inputs->error().what;
    EXPECT_EQ((*inputs)->minds, std::vector<std::string>{"random"});
    const std::vector<Input> second = (*inputs)->inbox.take(2);
    ASSERT_EQ(second.size(), 1U);
    EXPECT_EQ(second[0].by, "operator");
    EXPECT_EQ(second[0].body.dump(), R"({"act":"kill","who":"fenn"})");
    EXPECT_TRUE((*inputs)->inbox.take(1).empty());
  }
}

TEST(Inputs, NamesTheLine) {
  const auto what = [](std::string_view text) {
    const auto inputs = parse_inputs(text, 5);
    return inputs ? "" : inputs.error().what;
  };
  EXPECT_EQ(what("{\"turn\":1,\"act\":\"stop\"}\n{\"turn\":2,\"act\":\"kil\"}"),
            "line 2: there is no act \"kil\"; did you mean \"kill\"?");
  EXPECT_NE(what("{\"turn\":6,\"act\":\"stop\"}").find("turn must be 1 to 5"), std::string::npos);
  EXPECT_NE(what("{\"turn\":1,\"by\":\"fenn\",\"act\":\"stop\"}").find("operator or patron"),
            std::string::npos);
  EXPECT_EQ(what("nonsense").substr(0, 7), "line 1:");
  EXPECT_NE(what("[[input]]\nturn = 9\nact = \"stop\"\n").find("line 1"), std::string::npos);
}

}  // namespace
}  // namespace wood::cli
