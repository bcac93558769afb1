// wood minds check against servers in several manners, a tiny model and rules.
#include <gtest/gtest.h>
#include <unistd.h>

#include "cli/app.h"
#include "cli/open.h"
#include "core/text.h"
#include "host/file.h"
#include "trial/fake_server.h"

namespace wood::cli {
namespace {

struct Checked {
  int status = -1;
  std::string text;  // what was printed, or the error
  Json json;         // of the first mind, if it was asked for
};

Checked check(std::vector<std::string> words) {
  words.insert(words.begin(), {"minds", "check", "--asks", "2"});
  const Verb root = program();
  const auto parsed = parse(root, words);
  if (!parsed) return {Exit::usage, parsed.error().what, {}};
  const Call& call = std::get<Call>(*parsed);
  testing::internal::CaptureStdout();
  const auto done = call.verb->act(call.args, {});
  std::fflush(stdout);
  Checked out{
      done ? *done : exit_of(done.error().code), testing::internal::GetCapturedStdout(), {}};
  if (!done) out.text = done.error().what;
  if (const auto json = parse_json(trim(out.text)); json && !json->items().empty())
    out.json = json->items().front();
  return out;
}

std::string registry_of(const std::string& endpoint, const std::string& more) {
  const std::string path = testing::TempDir() + "wood-check-" + std::to_string(getpid()) + ".toml";
  EXPECT_TRUE(write_file(path,
                         "[[mind]]\nname = \"fake\"\nkind = \"openai\"\nmodel = \"fake-model\"\n"
                         "parallel = 4\nretries_max = 0\nprice_in = 1000\nprice_out = 1000\n"
                         "endpoint = \"" +
                             endpoint + "\"\n" + more));
  return path;
}

enum class Output { json, text };
Checked served(std::vector<Manner> manners, const std::string& more = "",
               Output output = Output::json) {
  const auto server = FakeServer::start(std::move(manners)).value();
  std::vector<std::string> words = {"fake", "--minds", registry_of(server->endpoint(), more)};
  if (output == Output::json) words.emplace_back("--json");
  return check(words);
}

bool advised(const Checked& checked, std::string_view part) {
  for (const Json& line : checked.json.at("advice").items())
    if (line.string().find(part) != std::string::npos) return true;
  return false;
}

TEST(MindsCheck, AServerThatDoesAllOfItIsFit) {
  const Checked good = served({Manner::drawn});
  ASSERT_EQ(good.status, Exit::fine) << good.text;
  EXPECT_TRUE(good.json.bool_or("fit", false));
  EXPECT_EQ(good.json.str_or("again", ""), "same");
  EXPECT_EQ(good.json.str_or("other_seed", ""), "other");
  EXPECT_EQ(good.json.str_or("logprobs", ""), "ids");
  for (const char* kind : {"told", "together", "untold"}) {
    const Json& tally = good.json.at(kind);
    EXPECT_GT(tally.int_or("asked", 0), 0) << kind;
    EXPECT_EQ(tally.int_or("conform", -1), tally.int_or("asked", 0)) << kind;
  }
  EXPECT_EQ(good.json.at("together").int_or("asked", 0), 8) << "2 · parallel";
  EXPECT_EQ(good.json.at("told").int_or("prompt_tokens", 0), 200);
  EXPECT_EQ(good.json.at("told").int_or("cost_nano", 0), 240);
  EXPECT_EQ(good.json.at("says").int_or("context", 0), 2'048) << "/props, not n_ctx_train";
  EXPECT_EQ(good.json.at("says").str_or("server", ""), "fake");
  EXPECT_TRUE(advised(good, "set context = 2048"));
  EXPECT_TRUE(advised(good, "set parallel = 3"));
  EXPECT_TRUE(good.json.at("other_modes").members().empty());

  const Checked told = served({Manner::drawn}, "context = 2048\n", Output::text);
  EXPECT_EQ(told.status, Exit::fine);
  for (const char* part :
       {"fake: a model on a server, fake-model at http://127.0.0.1:", "ok  reading",
        "10 of 10 answers can be read, 10 of 10 conform as they came", "logprobs, with token ids",
        "2 048 tokens by its entry, 2 048 by the server", "fake, HTTP/1.1, 3 asks at once",
        "4 at once", "Fit to be cast"})
    EXPECT_NE(told.text.find(part), std::string::npos) << part << "\n" << told.text;
}

TEST(MindsCheck, WhoIgnoresTheSchemaIsToldSo) {
  const Checked prose = served({Manner::prose});
  EXPECT_EQ(prose.status, Exit::finding) << prose.text;
  EXPECT_EQ(prose.json.at("told").int_or("readable", -1), 0);
  EXPECT_TRUE(advised(prose, "It ignores response_format"));
  EXPECT_TRUE(advised(prose, "schema_mode = \"json_object\""));
  EXPECT_EQ(prose.json.at("other_modes").members().size(), 2u) << "they were tried";
  EXPECT_FALSE(advised(prose, "answers can be read: set that")) << "and were no better";

  const Checked chatty = served({Manner::chatty});
  EXPECT_EQ(chatty.status, Exit::fine) << "what comes can be mended";
  EXPECT_EQ(chatty.json.at("told").int_or("conform", -1), 0);
  EXPECT_EQ(chatty.json.at("told").int_or("readable", -1), 2);
  EXPECT_TRUE(advised(chatty, "It ignores response_format"));

  // It forgets itself for the form and the wild asks, and behaves under another mode.
  std::vector<Manner> manners(3 + 1 + 2 + 8 + 2 + 3, Manner::prose);
  manners.push_back(Manner::ok);
  const Checked mode = served(manners, "schema_mode = \"json_object\"\n");
  EXPECT_TRUE(advised(mode, "With schema_mode = \"json_schema\" 2 of 2 answers can be read"))
      << mode.text;
}

TEST(MindsCheck, SeedsUsageAndReasoningAreLookedAt) {
  const Checked fickle = served({Manner::fickle});
  EXPECT_EQ(fickle.status, Exit::fine);
  EXPECT_EQ(fickle.json.str_or("again", ""), "other");
  EXPECT_TRUE(advised(fickle, "cannot be had twice; its record replays"));
  EXPECT_EQ(fickle.json.str_or("logprobs", ""), "none");
  const Checked fixed = served({Manner::unmetered});
  EXPECT_TRUE(advised(fixed, "Another seed changes nothing"));
  EXPECT_TRUE(advised(fixed, "reports no usage"));
  EXPECT_EQ(served({Manner::thinking}).json.at("told").int_or("thought", 0), 2);
}

TEST(MindsCheck, WhoDoesNotAnswerIsNotFit) {
  const Checked seedless = served({Manner::seedless});
  EXPECT_EQ(seedless.status, Exit::finding);
  EXPECT_TRUE(advised(seedless, "set seed = false"));
  EXPECT_EQ(served({Manner::seedless}, "seed = false\n").status, Exit::fine);
  EXPECT_EQ(served({Manner::garbage}).status, Exit::finding);

  const Checked nobody = check({"fake", "--minds", registry_of("http://127.0.0.1:1/v1", "")});
  EXPECT_EQ(nobody.status, Exit::finding);
  EXPECT_NE(nobody.text.find("Not fit: it does not answer: mind fake"), std::string::npos)
      << nobody.text;
  EXPECT_EQ(check({"scriptde"}).status, Exit::usage);
  EXPECT_NE(check({"scriptde"}).text.find("did you mean \"scripted\"?"), std::string::npos);
  EXPECT_EQ(check({}).status, Exit::usage);
}

TEST(MindsCheck, RulesAreSaidToBeRules) {
  const Checked both = check({"scripted", "random", "--json"});
  ASSERT_EQ(both.status, Exit::fine) << both.text;
  EXPECT_EQ(parse_json(trim(both.text))->items().size(), 2u);
  EXPECT_EQ(both.json.str_or("again", ""), "same");
  EXPECT_TRUE(both.json.at("advice").items().empty()) << "the rules need no seed";
  const Checked told = check({"random"});
  EXPECT_NE(told.text.find("rules, built in"), std::string::npos) << told.text;
  EXPECT_NE(told.text.find("it has no tokens"), std::string::npos) << told.text;
}

#ifdef WOOD_HAS_LLAMA
TEST(MindsCheck, AModelFileGivesTheSameBits) {
  const Checked tiny = check({"tiny-llama", "--json", "--models", WOOD_BINARY_DIR "/models"});
  ASSERT_EQ(tiny.status, Exit::fine) << tiny.text;
  EXPECT_EQ(tiny.json.str_or("again", ""), "same_bits");
  EXPECT_EQ(tiny.json.str_or("other_seed", ""), "other");
  EXPECT_GT(tiny.json.int_or("logits", 0), 0);
  EXPECT_GT(tiny.json.int_or("trained_context", 0), 0);
  EXPECT_EQ(tiny.json.at("untold").int_or("conform", -1), 2);
  EXPECT_TRUE(tiny.json.at("says").is(Json::Kind::null));

  const std::string file = testing::TempDir() + "wood-check-file.toml";
  ASSERT_TRUE(write_file(file, "[[mind]]\nname = \"tiny-llama\"\ncontext = 65536\n"));
  const Checked wide = check({"tiny-llama", "--json", "--minds", file});
  EXPECT_TRUE(advised(wide, "set context = ")) << wide.text;
  ASSERT_TRUE(write_file(file, "[[mind]]\nname = \"tiny-llama\"\nfile = \"nowhere.gguf\"\n"));
  const Checked absent = check({"tiny-llama", "--minds", file});
  EXPECT_EQ(absent.status, Exit::finding);
  EXPECT_NE(absent.text.find("no model file nowhere.gguf"), std::string::npos) << absent.text;
}
#endif

}  // namespace
}  // namespace wood::cli
