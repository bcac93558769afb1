// The built program from the outside: what a person types, what comes back, what is left on disk.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>

#include "cli/testing.h"
#include "core/json.h"
#include "core/prompt_format.h"
#include "core/text.h"
#include "host/file.h"
#include "trial/fake_server.h"

namespace wood {
namespace {

std::string root_of(const std::string& replay) {
  const std::size_t at = replay.find("recorded root  ");
  return at == std::string::npos ? "" : replay.substr(at + 15, 64);
}

TEST_F(Program, StopsBehindATurnWhenAskedToAndGoesOn) {
  ASSERT_EQ(wood("run --cast rules --seed 5 --turns 120 --quiet --out whole.wood").status, 0);
  write("stop.sh",
        "\"$1\" run --cast rules --seed 5 --turns 120 --out r.wood 2>e.txt & p=$!\n"
        "n=0\n"
        "until grep -q 'turn 2/' e.txt || [ $n -ge 2000 ]; do sleep 0.01; n=$((n+1)); done\n"
        "kill -INT $p; wait $p\n");
  const Ran stopped = wood("", "sh stop.sh");
  EXPECT_EQ(stopped.status, 130);
  const std::string said = read_file(path("e.txt")).value_or("");
  EXPECT_TRUE(has(said, "stopping behind this turn")) << said;
  EXPECT_TRUE(has(said, "wood run --resume r.wood")) << said;
  EXPECT_TRUE(has(wood("verify r.wood").out, "ok    every entry"));
  EXPECT_EQ(wood("run --resume r.wood --quiet").status, 0);
  EXPECT_EQ(root_of(wood("replay r.wood").out), root_of(wood("replay whole.wood").out));
}

// What a --resume plays again is on record already: a wish to stop waits until the record ends.
TEST_F(Program, AskedToStopWhileItCatchesUpSaysTheTurnWhereTheRunStands) {
  write("stop.sh",
        "wood=$1; at=$2; shift 2; rm -f e.txt\n"
        "\"$wood\" run \"$@\" 2>e.txt & p=$!\n"
        "n=0\n"
        "until grep -q \"turn $at/\" e.txt || [ $n -ge 2000 ]; do sleep 0.01; n=$((n+1)); done\n"
        "kill -INT $p; wait $p\n");
  const auto stopped_behind = [&](const std::string& arguments) {
    EXPECT_EQ(wood(arguments, "sh stop.sh").status, 130);
    const std::string said = read_file(path("e.txt")).value_or("");
    const std::size_t at = said.find("stopped behind turn ");
    EXPECT_NE(at, std::string::npos) << said;
    return at == std::string::npos ? 0 : std::atoll(said.c_str() + at + 20);
  };
  const std::int64_t first = stopped_behind("150 --cast rules --seed 5 --turns 900 --out r.wood");
  EXPECT_GE(first, 150);
  const std::int64_t second = stopped_behind("1 --resume r.wood");
  EXPECT_GE(second, first);
  EXPECT_EQ(wood("show r.wood --turn " + std::to_string(second)).status, 0);
  EXPECT_EQ(wood("show r.wood --turn " + std::to_string(second + 1)).status, 2);
}

TEST_F(Program, TakesMindsFromAFileAndACastFromItsWords) {
  write("mine.toml",
        "[[mind]]\nname = \"dice\"\nkind = \"scripted\"\n"
        "options = { style = \"random\" }\n"
        "[[mind]]\nname = \"away\"\nkind = \"openai\"\nmodel = \"m\"\n"
        "endpoint = \"http://127.0.0.1:1/v1\"\n");
  EXPECT_TRUE(has(wood("minds --minds mine.toml").out, "dice"));
  const std::string line = "run --minds mine.toml --seed 7 --turns 1 --json --quiet --out a.wood ";
  const Ran run = wood(line + "--cast rules --cast everyone=random --cast oona=dice");
  ASSERT_EQ(run.status, 0) << run.err;
  EXPECT_TRUE(has(run.out, "\"cast\":\"rules, everyone=random, oona=dice\"")) << run.out;
  std::map<std::string, std::string> minds;
  const Json report = parse_json(run.out).value();
  for (const Json& being : report.at("beings").items())
    minds[being.str_or("name", "")] = being.str_or("mind", "");
  EXPECT_EQ(minds["oona"], "dice");
  EXPECT_EQ(minds["pip"], "random");

  EXPECT_TRUE(has(wood(line + "--cast onna=dice").err, "did you mean \"oona\"?"));
  EXPECT_EQ(wood(line + "--cast oona=").status, 2);
  EXPECT_EQ(wood(line + "--cast rules --cast random").status, 2);
  const Ran away = wood("run --minds mine.toml --cast oona=away --out b.wood");
  EXPECT_NE(away.status, 0);
  EXPECT_TRUE(has(away.err, "mind away: http://127.0.0.1:1/v1/models")) << away.err;
  EXPECT_FALSE(file_exists(path("b.wood"))) << "nothing was begun";
}

// Servers are asked for a form; whether they kept it is seen here. One that answers 200 and prose
// is not acted on, one that wraps its answers is understood, and either run proves and replays.
TEST_F(Program, AServerThatIgnoresTheFormIsReadAllTheSame) {
  const auto played = [&](Manner manner, const std::string& name) {
    const auto server = FakeServer::start({manner}).value();
    write("served.toml",
          "[[mind]]\nname = \"served\"\nkind = \"openai\"\nmodel = \"m\"\n"
          "endpoint = \"" +
              server->endpoint() + "\"\n");
    const Ran run = wood(
        "run --minds served.toml --cast everyone=served --seed 7 --turns 1 --json "
        "--quiet --out " +
        name);
    EXPECT_EQ(run.status, 0) << run.err;
    return parse_json(trim(run.out)).value_or(Json::object()).at("counts");
  };
  const Json prose = played(Manner::prose, "p.wood"), chatty = played(Manner::chatty, "c.wood");
  EXPECT_GT(prose.int_or("prompts", 0), 20);
  EXPECT_EQ(prose.int_or("unread", -1), prose.int_or("prompts", 0));
  EXPECT_EQ(chatty.int_or("unread", -1), 0);
  EXPECT_EQ(chatty.int_or("repaired", -1), chatty.int_or("prompts", 0));
  for (const char* name : {"p.wood", "c.wood"}) {
    EXPECT_EQ(wood(std::string("verify ") + name).status, 0) << name;
    EXPECT_EQ(wood(std::string("replay --quiet ") + name).status, 0) << name;
  }
}

#ifdef WOOD_HAS_LLAMA
// What llama.cpp finds best for this processor is on record by its own name, so that another
// machine knows what it must have.
TEST_F(Program, NativeKernelsAreOnRecordAsTheOnesTheyWere) {
  const Ran run =
      wood("run --cast tiny --seed 7 --turns 1 --quiet --out n.wood", "WOOD_KERNELS=native");
  ASSERT_EQ(run.status, 0) << run.err;
  const Bytes file = read_file(path("n.wood")).value();
  EXPECT_FALSE(has(file, "\"kernels\":\"native\""));
  EXPECT_TRUE(has(file, "\"kernels\":\""));
  EXPECT_EQ(wood("reexecute n.wood --sample 10").status, 0);
}

// A run's models are asked again in other company and order; a record in which
// somebody changed an answer is found out.
TEST_F(Program, AModelSaysTheSameAgainToTheBit) {
  ASSERT_EQ(wood("run --cast tiny --seed 7 --turns 1 --quiet --out a.wood").status, 0);
  const auto again = [&](const std::string& how) {
    const Ran told = wood("reexecute a.wood --json " + how);
    EXPECT_EQ(told.status, 0) << how << told.err << told.out;
    return parse_json(trim(told.out)).value_or(Json::object());
  };
  const Json all = again("");
  EXPECT_GT(all.int_or("answers", 0), 20);
  EXPECT_GT(all.int_or("digests", 0), all.int_or("answers", 0));
  EXPECT_EQ(all.int_or("identical", -1), all.int_or("answers", 0));
  EXPECT_EQ(all.at("minds").members().size(), 5U);
  for (const char* how : {"--alone --sample 9", "--shuffle 3"})
    EXPECT_TRUE(again(how).at("differences").items().empty()) << how;

  EXPECT_EQ(wood("run --cast rules --seed 7 --turns 1 --quiet --out r.wood").status, 0);
  const Ran none = wood("reexecute r.wood");
  EXPECT_EQ(none.status, 2);
  EXPECT_TRUE(has(none.err, "rules and endpoints cannot be asked again")) << none.err;
  write("slow.toml", "[[mind]]\nname = \"tiny-phi\"\nwait_ms_max = 1\n");
  EXPECT_EQ(wood("reexecute a.wood --minds slow.toml").status, 0);
  // How attention is computed is the record's to say, not the registry's of today.
  write("plain.toml", "[[mind]]\nname = \"tiny-phi\"\nattention = \"plain\"\n");
  EXPECT_EQ(wood("reexecute a.wood --minds plain.toml --sample 20").status, 0);
  EXPECT_EQ(
      wood("run --cast tiny --seed 7 --turns 1 --quiet --out b.wood --minds plain.toml").status, 0);
  EXPECT_EQ(wood("reexecute b.wood").status, 0);
  write("other.toml", "[[mind]]\nname = \"tiny-phi\"\ncontext = 512\n");
  const Ran other = wood("reexecute a.wood --minds other.toml");
  EXPECT_EQ(other.status, 3);
  EXPECT_TRUE(has(other.err, "context was 4096, is 512")) << other.err;

  Bytes file = read_file(path("a.wood")).value();
  const std::string mark = "\"forced\":\"1";
  const std::size_t at = file.find(mark);
  ASSERT_NE(at, Bytes::npos);
  file[at + mark.size() - 1] = '0';
  write("a.wood", file);
  const Ran forged = wood("reexecute a.wood");
  EXPECT_EQ(forged.status, 1);
  EXPECT_TRUE(has(forged.out, "token 0 was forced then or is now, not both")) << forged.out;

  // An answer is not taken out of the count by giving it to somebody else.
  const std::string name = "\"mind\":\"tiny-gemma\",\"prompt_count\"";
  const std::size_t whose = file.find(name);
  ASSERT_NE(whose, Bytes::npos);
  file.replace(whose, name.size(), "\"mind\":\"tiny-gemmb\",\"prompt_count\"");
  write("a.wood", file);
  const Ran nobody = wood("reexecute a.wood");
  EXPECT_EQ(nobody.status, 1);
  EXPECT_TRUE(has(nobody.err, "a mind that the genesis does not know")) << nobody.err;
}

// A data folder whose house models are the tiny ones under other names.
class House : public Program {
 protected:
  void SetUp() override {
    Program::SetUp();
    namespace fs = std::filesystem;
    fs::create_directories(path("wood/models/house"));
    for (const std::string part : {"scenarios", "pipelines"})
      fs::create_symlink(WOOD_SOURCE_DIR "/" + part, path("wood/" + part));
    fs::copy_file(WOOD_SOURCE_DIR "/models/models.toml", path("wood/models/models.toml"));
  }
  void bring(const std::string& name) {
    std::filesystem::copy_file(WOOD_BINARY_DIR "/models/tiny/tiny-" + name + ".gguf",
                               path("wood/models/house/house-" + name + ".gguf"));
  }
  void card(const std::string& name, const std::string& format) {
    write("wood/models/house/house-" + name + ".cdx.json",
          R"({"bomFormat":"CycloneDX","components":[{"type":"machine-learning-model","name":"h",
            "modelCard":{"quantitativeAnalysis":{"performanceMetrics":[
              {"type":"desk.vote","value":"0.6"},{"type":"creature.act","value":"0.815"}]},
              "considerations":{"technicalLimitations":["It sells too early."]}},
            "properties":[{"name":"wood:prompt-format","value":")" +
              format + R"("},{"name":"wood:parameters","value":"2700000"}]}]})");
  }
  Ran at_home(const std::string& arguments) { return wood(arguments, "WOOD_DATA=wood"); }
};

TEST_F(House, PlaysByDefaultIfItIsThereAndElseTheTinyOnesDo) {
  for (const char* name : {"llama", "phi", "gemma", "qwen"}) bring(name);
  const Ran without = at_home("run --seed 7 --turns 1 --out a.wood");
  ASSERT_EQ(without.status, 0) << without.err;
  EXPECT_TRUE(has(without.err,
                  "wood: the cast tiny plays instead of house: house/house-mistral.gguf is not "
                  "there\nfive-labs, cast tiny"))
      << without.err;
  EXPECT_FALSE(
      has(at_home("run --seed 7 --turns 1 --cast everyone=random --out b.wood").err, "instead of"))
      << "nobody plays tiny";
  EXPECT_TRUE(has(at_home("doctor").out, "cast tiny (plays instead of it)"));

  bring("mistral");
  const Ran with = at_home("run --seed 7 --turns 1 --cast pip=random --out c.wood");
  ASSERT_EQ(with.status, 0) << with.err;
  EXPECT_FALSE(has(with.err, "instead of")) << with.err;
  EXPECT_TRUE(has(with.err, "cast house, pip=random")) << with.err;
  EXPECT_TRUE(has(with.out, "house-llama")) << with.out;
  EXPECT_TRUE(has(at_home("doctor").out, "cast house (default)  can play"));
  // What was chosen is on record: a replay asks for no file and chooses nothing.
  std::filesystem::remove_all(path("wood/models/house"));
  EXPECT_EQ(at_home("replay a.wood").status, 0);
  EXPECT_EQ(at_home("replay c.wood").status, 0);
  EXPECT_EQ(at_home("verify c.wood").status, 0);
  EXPECT_EQ(at_home("run --cast house --seed 7 --out d.wood").status, 2) << "it was asked for";
}

TEST_F(House, OfAnotherPromptFormatIsNotAsked) {
  for (const char* name : {"llama", "phi", "gemma", "qwen", "mistral"}) bring(name);
  card("gemma", std::to_string(kPromptFormat + 1));
  const Ran run = at_home("run --seed 7 --turns 1 --out a.wood");
  EXPECT_EQ(run.status, 3) << run.err;
  EXPECT_TRUE(
      has(run.err, "house-gemma.cdx.json says that the model was trained on prompt format "))
      << run.err;
  EXPECT_TRUE(has(run.err, "train/README.md")) << run.err;
  EXPECT_FALSE(file_exists(path("a.wood"))) << "nothing was begun";
  EXPECT_EQ(at_home("doctor").status, 3);
  EXPECT_TRUE(has(at_home("minds house-gemma").out, "no: "));
}

TEST_F(House, IsShownWithItsCard) {
  bring("phi");
  card("phi", std::to_string(kPromptFormat));
  const Ran list = at_home("minds");
  EXPECT_TRUE(has(list.out, "2.7 M  60-82 %")) << list.out;
  const Ran one = at_home("minds house-phi");
  ASSERT_EQ(one.status, 0) << one.err;
  for (const char* part : {"2 700 000", "creature.act", "81.5 %", "It sells too early."})
    EXPECT_TRUE(has(one.out, part)) << one.out;
  const Json told = parse_json(at_home("minds house-phi --json").out).value();
  EXPECT_EQ(told.at("card").int_or("prompt_format", 0), kPromptFormat);
  EXPECT_TRUE(told.bool_or("present", false));
  EXPECT_TRUE(has(at_home("minds house-fi").err, "did you mean \"house-phi\"?"));
}

// The models that come with the program play by default, and are understood without a mend.
TEST_F(Program, TheHouseModelsPlay) {
  const Ran run = wood("run --seed 7 --turns 3 --json --quiet --out h.wood");
  ASSERT_EQ(run.status, 0) << run.err;
  const Json report = parse_json(trim(run.out)).value();
  EXPECT_EQ(report.str_or("cast", ""), "house");
  const Json& counts = report.at("counts");
  for (const char* none : {"leaks", "failures", "repaired", "unread"})
    EXPECT_EQ(counts.int_or(none, -1), 0) << none;
  for (const Json& day : report.at("by_turn").items())
    EXPECT_GT(day.int_or("creature_trades", 0), 0);
  EXPECT_EQ(wood("replay h.wood --quiet").status, 0);
  const Ran again = wood("reexecute h.wood --shuffle 1");
  EXPECT_EQ(again.status, 0) << again.out << again.err;
  for (const std::string family : {"llama", "phi", "gemma", "qwen", "mistral"})
    EXPECT_TRUE(has(again.out, "house-" + family)) << again.out;
}

#endif

TEST_F(Program, PlaysVerifiesReplaysAndShowsARun) {
  const Ran run = wood("run --cast rules --seed 7 --turns 3");
  ASSERT_EQ(run.status, 0) << run.err;
  for (const char* part :
       {"oona", "firewood", "The desk", "0 leaks", "wood verify runs/five-labs-7.wood"})
    EXPECT_TRUE(has(run.out, part)) << part << "\n" << run.out;
  EXPECT_TRUE(has(run.err, "turn 3/3"));
  EXPECT_FALSE(has(run.out + run.err, "\x1b")) << "no colours and no cursor in a file";

  const Ran key = wood("keys show");
  EXPECT_EQ(key.status, 0);
  const Ran verify =
      wood("verify runs/five-labs-7.wood --key '" + std::string(trim(key.out)) + "'");
  EXPECT_EQ(verify.status, 0) << verify.out;
  EXPECT_TRUE(has(verify.out, "as pinned")) << verify.out;
  EXPECT_TRUE(has(wood("verify runs/five-labs-7.wood --no-replay").out, "key not pinned"));

  const Ran replay = wood("replay runs/five-labs-7.wood");
  EXPECT_EQ(replay.status, 0);
  EXPECT_TRUE(has(replay.out, "Identical")) << replay.out;
  const Ran show = wood("show runs/five-labs-7.wood --turn 2");
  for (const char* part : {"Day 2", "brought in", "votes", "marks:", " — "})
    EXPECT_TRUE(has(show.out, part)) << show.out;
  EXPECT_EQ(wood("show runs/five-labs-7.wood --turn 4").status, 2);
}

TEST_F(Program, ARunFileIsNeverOverwritten) {
  ASSERT_EQ(wood("run --cast rules --seed 7 --turns 1 --quiet").status, 0);
  const Bytes before = read_file(path("runs/five-labs-7.wood")).value_or("");
  const Ran again = wood("run --cast rules --seed 7 --turns 1 --quiet");
  EXPECT_EQ(again.status, 2);
  EXPECT_TRUE(has(again.err, "never overwritten")) << again.err;
  EXPECT_EQ(read_file(path("runs/five-labs-7.wood")).value_or(""), before);
}

TEST_F(Program, TheSameSeedGivesTheSameRecord) {
  ASSERT_EQ(wood("run --cast random --seed 5 --turns 2 --quiet --out a.wood").status, 0);
  ASSERT_EQ(wood("run --cast random --seed 5 --turns 2 --quiet --out b.wood").status, 0);
  const std::string a = root_of(wood("replay a.wood").out);
  EXPECT_EQ(a.size(), 64U);
  EXPECT_EQ(a, root_of(wood("replay b.wood").out));
}

TEST_F(Program, ACrashedRunIsTakenUpAndEndsTheSame) {
  ASSERT_EQ(wood("run --cast rules --seed 9 --turns 6 --quiet --out whole.wood").status, 0);
  // The kernel kills the run where its file would grow beyond 400 KiB: in the middle of something.
  const Ran crash = wood("run --cast rules --seed 9 --turns 6 --quiet --out cut.wood",
                         "ulimit -c 0; ulimit -f 800;");
  ASSERT_NE(crash.status, 0);
  const Ran found = wood("verify cut.wood");
  EXPECT_EQ(found.status, 0) << found.out;
  EXPECT_TRUE(has(found.out, "no seal")) << found.out;
  const Ran resumed = wood("run --resume cut.wood --quiet");
  ASSERT_EQ(resumed.status, 0) << resumed.err;
  EXPECT_EQ(wood("verify cut.wood").status, 0);
  EXPECT_EQ(root_of(wood("replay cut.wood").out), root_of(wood("replay whole.wood").out));
  EXPECT_EQ(wood("run --resume cut.wood").status, 2) << "it is finished";
}

TEST_F(Program, AChangedByteIsFoundAndItsEntryNamed) {
  ASSERT_EQ(wood("run --cast rules --seed 7 --turns 2 --quiet --out r.wood").status, 0);
  Bytes bytes = read_file(path("r.wood")).value_or("");
  const std::size_t at = bytes.find("\"act\":\"place\"");
  ASSERT_NE(at, std::string::npos);
  bytes[at + 8] = 'x';
  ASSERT_TRUE(write_file(path("r.wood"), bytes));
  const Ran verify = wood("verify r.wood");
  EXPECT_EQ(verify.status, 1);
  EXPECT_TRUE(has(verify.out, "WRONG")) << verify.out;
  EXPECT_TRUE(has(verify.out, "is not what the rules give")) << verify.out;
  const Ran replay = wood("replay r.wood");
  EXPECT_EQ(replay.status, 1);
  EXPECT_TRUE(has(replay.out, "pxace") || has(replay.out, "xlace")) << replay.out;
}

TEST_F(Program, OneDecisionIsTracedAndProved) {
  ASSERT_EQ(wood("run --cast rules --seed 7 --turns 1 --quiet --out r.wood").status, 0);
  const Ran trace = wood("trace r.wood 60 --depth 3");
  EXPECT_EQ(trace.status, 0) << trace.err;
  EXPECT_TRUE(has(trace.out, "└─")) << trace.out;
  const auto json = parse_json(trim(wood("trace r.wood 60 --json").out));
  ASSERT_TRUE(json);
  EXPECT_EQ(json->int_or("root", 0), 60);
  EXPECT_TRUE(has(wood("trace r.wood 60 --dot").out, "digraph"));
  EXPECT_EQ(wood("trace r.wood 100000").status, 2);

  ASSERT_EQ(wood("export r.wood --proof 60 --out p.tlog-proof").status, 0);
  const std::string key(trim(wood("keys show").out));
  EXPECT_EQ(wood("verify --proof p.tlog-proof --key '" + key + "'").status, 0);
  write("p.tlog-proof",
        replace_all(read_file(path("p.tlog-proof")).value_or(""), "index 60", "index 61"));
  EXPECT_EQ(wood("verify --proof p.tlog-proof --key '" + key + "'").status, 1);
  EXPECT_EQ(wood("verify --proof p.tlog-proof").status, 2) << "a proof needs a pinned key";
}

TEST_F(Program, WhatWasAskedAndAnsweredIsTrainingData) {
  ASSERT_EQ(wood("run --cast rules --seed 7 --turns 1 --quiet --out r.wood").status, 0);
  const Ran told = wood("export r.wood --sft --out a.jsonl");
  ASSERT_EQ(told.status, 0) << told.err;
  std::map<std::string, int> tasks;
  for (const std::string& line : split(trim(read_file(path("a.jsonl")).value_or("")), '\n')) {
    const Json ask = parse_json(line).value();
    ++tasks[ask.str_or("task", "")];
    EXPECT_EQ(ask.str_or("mind", ""), "scripted");
    EXPECT_TRUE(ask.bool_or("conforms", false));
    EXPECT_EQ(ask.int_or("turn", 0), 1);
    EXPECT_EQ(ask.str_or("schema", "").size(), 64U);
    // Reason before decision, as the schema orders it: a house model learns to write it so.
    EXPECT_TRUE(ask.str_or("answer", "").starts_with("{\"reason\":")) << line;
    EXPECT_EQ(ask.at("messages").items().size(), 2U);
  }
  EXPECT_GE(tasks["creature.act"], 5);
  EXPECT_EQ(tasks["desk.vote"], 5);
  EXPECT_EQ(wood("export r.wood --sft").out, read_file(path("a.jsonl")).value_or(""));
  EXPECT_EQ(wood("export r.wood --sft --out a.jsonl").status, 2) << "it is there already";
  EXPECT_EQ(wood("export r.wood").status, 2);
  EXPECT_EQ(wood("export r.wood --sft --proof 3").status, 2);

  ASSERT_EQ(wood("run --cast random --seed 7 --turns 1 --quiet --out d.wood").status, 0);
  EXPECT_GE(wood("export d.wood --sft --all").out.size(), wood("export d.wood --sft").out.size());
}

TEST_F(Program, TheTeacherAnswersWhatOthersWereAsked) {
  const auto lessons = [&](const std::string& run) {
    std::vector<Json> out;
    const Ran told = wood("export " + run + " --sft --teacher");
    EXPECT_EQ(told.status, 0) << told.err;
    for (const std::string& line : split(trim(told.out), '\n'))
      out.push_back(parse_json(line).value());
    return out;
  };
  ASSERT_EQ(wood("run --cast rules --seed 7 --turns 2 --quiet --out r.wood").status, 0);
  const std::vector<Json> own = lessons("r.wood");
  EXPECT_EQ(own.front().int_or("turn", 0), 1);
  EXPECT_EQ(own.back().int_or("turn", 0), 2);
  for (const Json& ask : own)  // the teacher is its own best pupil
    EXPECT_EQ(ask.str_or("answer", ""), ask.str_or("given", "-")) << ask.dump();
  ASSERT_EQ(wood("run --cast random --seed 7 --turns 1 --quiet --out d.wood").status, 0);
  std::int64_t other = 0;
  for (const Json& ask : lessons("d.wood")) {
    EXPECT_TRUE(parse_json(ask.str_or("answer", ""))) << ask.dump();
    EXPECT_EQ(ask.str_or("mind", ""), "random");
    other += ask.str_or("answer", "") != ask.str_or("given", "");
  }
  EXPECT_GT(other, 10);
  EXPECT_EQ(wood("export d.wood --teacher --proof 3").status, 2);
}

// A cast whose acts are drawn breaks most rules.
TEST_F(Program, TheReportsPartsAddUpToItsWhole) {
  const Ran run = wood("run --cast random --seed 7 --turns 6 --json --quiet");
  ASSERT_EQ(run.status, 0) << run.err;
  const Json report = parse_json(trim(run.out)).value();
  const Json& counts = report.at("counts");
  std::map<std::string, std::int64_t> days, beings;
  for (const Json& day : report.at("by_turn").items()) {
    for (const auto& [key, value] : day.members()) days[key] += value.integer();
    EXPECT_LE(day.at("creature_trades").integer(), day.at("trades").integer());
  }
  for (const Json& being : report.at("beings").items()) {
    for (const char* key : {"repaired", "unread", "prompts"})
      beings[key] += being.at(key).integer();
    for (const auto& [reason, count] : being.at("refusals").members()) {
      EXPECT_NE(reason, "unknown");
      beings["refused"] += count.integer();
    }
  }
  for (const char* key : {"orders", "refused", "trades", "lots"})
    EXPECT_EQ(days[key], counts.at(key).integer()) << key;
  for (const char* key : {"refused", "repaired", "unread"})
    EXPECT_EQ(beings[key], counts.at(key).integer()) << key;
  EXPECT_EQ(report.at("by_turn").items().size(), 6U);
  EXPECT_GT(beings["refused"], 0);
  EXPECT_GT(days["creature_trades"], 0);
}

TEST_F(Program, TheOperatorsCommandsAreOnRecord) {
  write("in.jsonl",
        "{\"turn\":2,\"by\":\"operator\",\"act\":\"kill\",\"who\":\"fenn\"}\n"
        "{\"turn\":2,\"by\":\"operator\",\"act\":\"enable\",\"who\":\"nobody\"}\n"
        "{\"turn\":3,\"act\":\"stop\"}\n");
  const Ran run = wood("run --cast rules --seed 7 --turns 5 --inputs in.jsonl --json --quiet");
  ASSERT_EQ(run.status, 0) << run.err;
  const auto report = parse_json(trim(run.out));
  ASSERT_TRUE(report) << run.out;
  EXPECT_EQ(report->str_or("stopped", ""), "operator");
  EXPECT_EQ(report->str_or("seed", ""), "7");
  EXPECT_EQ(report->at("counts").int_or("leaks", -1), 0);
  for (const Json& being : report->at("beings").items())
    EXPECT_NE(being.str_or("name", ""), "operator");
  EXPECT_TRUE(has(wood("show runs/five-labs-7.wood --turn 2").out, "operator commands kill"));
  EXPECT_EQ(wood("replay runs/five-labs-7.wood").status, 0);
}

TEST_F(Program, AMemoryRunLeavesNoFile) {
  EXPECT_EQ(wood("run --cast rules --seed 7 --turns 1 --store memory --quiet").status, 0);
  EXPECT_FALSE(file_exists(path("runs/five-labs-7.wood")));
}

TEST_F(Program, PaymentsAreWatchedWithALedger) {
  const std::string sample = std::string(WOOD_SOURCE_DIR) + "/pipelines/payments.sample.jsonl";
  const Ran run =
      wood("pipeline run payments --in '" + sample + "' --seed 1 --out out.jsonl --ledger p.wood");
  ASSERT_EQ(run.status, 0) << run.err;
  const std::string lines = read_file(path("out.jsonl")).value_or("");
  EXPECT_TRUE(has(lines, "\"alert\":true")) << lines;
  const Ran verify = wood("verify p.wood");
  EXPECT_EQ(verify.status, 0) << verify.out;
  EXPECT_EQ(wood("pipeline run payments --in '" + sample + "' --seed 1 --ledger p.wood").status, 2);
  EXPECT_TRUE(has(wood("pipeline run payments --in '" + sample + "' --cast patern=x").err,
                  "did you mean \"pattern\"?"));
}

// With a server in the larger seat: what is open reaches it, the private letter does not.
TEST_F(Program, LettersAreSortedByACascadeAndPrivateOnesStayHere) {
  const std::string sample = std::string(WOOD_SOURCE_DIR) + "/pipelines/cascade.sample.jsonl";
  const std::string command = "pipeline run cascade --in '" + sample + "' --seed 1 --ledger ";
  const Ran rules = wood(command + "r.wood");
  ASSERT_EQ(rules.status, 0) << rules.err;
  EXPECT_TRUE(has(rules.out, "\"risk\":\"fraud\"")) << rules.out;
  EXPECT_EQ(wood("verify r.wood").status, 0);

  const auto server = FakeServer::start({Manner::ok}).value();
  write("cloud.toml",
        "[[mind]]\nname = \"cloud\"\nkind = \"openai\"\nmodel = \"m\"\nendpoint = \"" +
            server->endpoint() + "\"\n");
  const Ran served = wood(command + "s.wood --minds cloud.toml --cast large=cloud");
  ASSERT_EQ(served.status, 0) << served.err;
  EXPECT_TRUE(has(served.out, "\"passed\":[\"local\"]")) << served.out;
  EXPECT_EQ(wood("verify s.wood").status, 0);
  std::string sent;
  for (const Request& request : server->requests()) sent += request.body;
  EXPECT_TRUE(has(sent, "Why was the fee charged again?"));
  EXPECT_FALSE(has(sent, "My refund never came"));
}

TEST_F(Program, FitsAScenariosGoodToPrices) {
  std::string csv = "day,close\n";
  std::int64_t price = 10'000;
  for (int day = 0; day < 60; ++day) {
    price += (day * 7919) % 401 - 200;
    csv += std::to_string(day) + "," + decimal(price, 2) + "\n";
  }
  write("prices.csv", csv);
  const Ran fit = wood("fit prices.csv --column close --good wheat");
  EXPECT_EQ(fit.status, 0) << fit.err;
  EXPECT_TRUE(has(fit.out, "name = \"wheat\"")) << fit.out;
  EXPECT_TRUE(has(fit.out, "volatility_ppm = ")) << fit.out;
  const Ran wrong = wood("fit prices.csv --column opne");
  EXPECT_EQ(wrong.status, 2);
  EXPECT_TRUE(has(wrong.err, "prices.csv")) << wrong.err;
}

TEST_F(Program, ExitCodesTellUsageFromEnvironment) {
  EXPECT_EQ(wood("--version").status, 0);
  EXPECT_EQ(wood("help").status, 0);
  EXPECT_EQ(wood("").status, 2);
  EXPECT_EQ(wood("rnu").status, 2);
  EXPECT_EQ(wood("verify nowhere.wood").status, 2);
  EXPECT_EQ(wood("run --cast rules", "WOOD_DATA=/nowhere").status, 2);
  write("g.wood", "no run at all");
  EXPECT_EQ(wood("verify g.wood").status, 1);
  EXPECT_EQ(wood("--version > /dev/full 2>&1; exit $?; true").status, 3)
      << "a full disk is no success";
  EXPECT_EQ(wood("minds --json").status, 0);
  EXPECT_TRUE(has(wood("doctor").out, "cast rules"));
}

}  // namespace
}  // namespace wood
