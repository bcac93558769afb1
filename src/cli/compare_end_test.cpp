#include <algorithm>

#include "cli/testing.h"
#include "core/json.h"

namespace wood {
namespace {

using CompareEnd = Program;

constexpr const char* kSmall = "compare --casts rules,random --seeds 3 --turns 3 --jobs 2 --out c";

Json report(const std::string& text) {
  const auto json = parse_json(text);
  EXPECT_TRUE(json) << text.substr(0, 300);
  return json ? *json : Json();
}

const Json* metric(const Json& report, const std::string& name) {
  for (const Json& one : report.at("metrics").items())
    if (one.str_or("name", "") == name) return &one;
  return nullptr;
}

TEST_F(CompareEnd, EveryFigureOfTheRecordComesAgainToTheDigit) {
  const Ran once = wood(std::string(kSmall) + " --json");
  ASSERT_EQ(once.status, 0) << once.err;
  Json first = report(once.out);
  EXPECT_EQ(first.at("runs").items().size(), 6u);
  EXPECT_EQ(first.at("seeds").items().size(), 3u);
  const Json* trades = metric(first, "trades");
  ASSERT_NE(trades, nullptr);
  EXPECT_EQ(trades->at("differences").items().size(), 1u);
  for (const char* file : {"c/compare.json", "c/compare.csv", "c/compare.html"})
    EXPECT_TRUE(file_exists(path(file))) << file;
  for (const Json& run : first.at("runs").items())
    EXPECT_EQ(wood("verify " + run.str_or("file", "") + " --json").status, 0);
  // In another folder, played anew.
  const Ran twice =
      wood("compare --casts rules,random --seeds 3 --turns 3 --jobs 1 --out d --json");
  ASSERT_EQ(twice.status, 0) << twice.err;
  Json second = report(twice.out);
  EXPECT_EQ(first.at("metrics"), second.at("metrics"));
  EXPECT_EQ(first.at("councils"), second.at("councils"));
  EXPECT_EQ(first.at("claims"), second.at("claims"));
  for (std::size_t i = 0; i < 6; ++i)
    EXPECT_EQ(first.at("runs").items()[i].at("root"), second.at("runs").items()[i].at("root"));
}

TEST_F(CompareEnd, GoesOnWhereItStoppedAndTakesMoreSeeds) {
  ASSERT_EQ(wood(kSmall).status, 0);
  const std::string kept = read_file(path("c/runs/rules-1001.wood")).value();
  // One run is gone with its line, one has lost its line alone.
  std::string notes = read_file(path("c/measured.jsonl")).value(), left;
  std::size_t lines = 0;
  for (std::size_t at = 0, end = 0; at < notes.size(); at = end + 1) {
    end = notes.find('\n', at);
    const std::string line = notes.substr(at, end - at);
    if (has(line, "random-1002") || has(line, "rules-1003")) continue;
    left += line + "\n", ++lines;
  }
  ASSERT_EQ(lines, 4u);
  write("c/measured.jsonl", left);
  std::filesystem::remove(path("c/runs/random-1002.wood"));
  const Ran again = wood("compare --casts rules,random --seeds 4 --turns 3 --out c --json");
  ASSERT_EQ(again.status, 0) << again.err;
  EXPECT_EQ(report(again.out).at("runs").items().size(), 8u);
  EXPECT_EQ(read_file(path("c/runs/rules-1001.wood")).value(), kept);
  EXPECT_TRUE(has(again.err, "4/4 runs")) << again.err;
}

TEST_F(CompareEnd, SaysWhatIsWrong) {
  const Ran nobody = wood("compare --casts rules,rulez --seeds 2");
  EXPECT_EQ(nobody.status, 2);
  EXPECT_TRUE(has(nobody.err, "did you mean \"rules\"")) << nobody.err;
  EXPECT_TRUE(has(wood("compare --casts rules,rules --seeds 2").err, "twice"));
  EXPECT_TRUE(has(wood("compare --seeds 0").err, "--seeds is 1 to 10000"));
  write("broken.toml", "name = \"broken\"\n[cast]\nanalyst = \"scripted\"\n");
  EXPECT_TRUE(has(wood("compare --casts ./broken.toml").err, "nobody plays fenn (quant)"));
  // Runs of another plan are not counted as of this one.
  ASSERT_EQ(wood("compare --casts rules --seeds 1 --turns 2 --out e").status, 0);
  const Ran other = wood("compare --casts rules --seeds 1 --turns 4 --out e");
  EXPECT_EQ(other.status, 2);
  EXPECT_TRUE(has(other.err, "a run of another plan")) << other.err;
}

TEST_F(CompareEnd, ACastCanBeAFile) {
  write("mixed.toml",
        "name = \"mixed\"\nabout = \"<b>mixed</b>\"\n[cast]\neveryone = \"scripted\"\nfenn = "
        "\"random\"\nnews = \"random\"\n");
  const Ran ran = wood("compare --casts rules,./mixed.toml --seeds 2 --turns 2 --out f --json");
  ASSERT_EQ(ran.status, 0) << ran.err;
  const Json casts = report(ran.out).at("casts");
  const Json& minds = casts.items()[1].at("minds");
  EXPECT_EQ(minds.str_or("fenn", ""), "random");
  EXPECT_EQ(minds.str_or("pip", ""), "random");  // he sits on the news seat
  EXPECT_EQ(minds.str_or("oona", ""), "scripted");
  const std::string page = read_file(path("f/compare.html")).value();
  EXPECT_FALSE(has(page, "<b>"));
  EXPECT_FALSE(has(page, "<script"));
  EXPECT_FALSE(has(page, "http"));  // it asks nobody for anything
}

TEST_F(CompareEnd, TheScorecardSetsMindsAndCastsSideBySide) {
  const Ran ran = wood("score scripted random rules --seeds 2 --turns 3 --out s --json");
  ASSERT_EQ(ran.status, 0) << ran.err;
  const Json card = report(ran.out);
  EXPECT_EQ(card.at("subjects").dump(), R"(["scripted","random","rules"])");
  std::map<std::string, Json> figures;
  for (const Json& figure : card.at("figures").items())
    figures[figure.str_or("name", "")] = figure.at("micro");
  // scripted for everyone is the cast of rules.
  for (const char* name : {"treasury_pnl", "creatures_pnl", "valid_answers", "tokens"})
    EXPECT_EQ(figures[name].items()[0], figures[name].items()[2]) << name;
  EXPECT_NE(figures["creatures_pnl"].items()[0], figures["creatures_pnl"].items()[1]);
  for (const Json& bytes : figures["bytes_that_left"].items()) EXPECT_EQ(bytes, Json(0));
  const Ran unknown = wood("score scriptd --seeds 1");
  EXPECT_EQ(unknown.status, 2);
  EXPECT_TRUE(has(unknown.err, "did you mean scripted?")) << unknown.err;
  EXPECT_TRUE(has(wood("score rules rules --seeds 1").err, "named twice"));
}

}  // namespace
}  // namespace wood
