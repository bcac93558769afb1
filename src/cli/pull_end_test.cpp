// wood minds pull from the outside, against a hub on the loopback.
#include <gtest/gtest.h>

#include <filesystem>

#include "cli/testing.h"
#include "core/json.h"
#include "core/sha256.h"
#include "core/text.h"
#include "trial/fake_hub.h"

namespace wood {
namespace {

using enum HubManner;

class PullProgram : public Program {
 protected:
  void start(HubSetup setup) {
    setup.path = "/lab/tiny-GGUF/resolve/main/pulled.gguf";
    bytes_ = setup.bytes;
    auto hub = FakeHub::start(std::move(setup));
    ASSERT_TRUE(hub) << hub.error().what;
    hub_ = std::move(*hub);
    write("mine.toml",
          "[[mind]]\nname = \"pulled\"\nkind = \"llama\"\nlab = \"lab\"\nfamily = \"phi3\"\n"
          "repo = \"lab/tiny-GGUF\"\nfile = \"pulled.gguf\"\nstyle = \"terse\"\n");
  }
  Ran at_hub(const std::string& arguments) {
    return wood(arguments, "export HF_ENDPOINT=" + hub_->address() + " HF_HOME=\"$PWD/hf\" &&");
  }
  std::string bytes_;
  std::unique_ptr<FakeHub> hub_;
};

#ifdef WOOD_HAS_LLAMA
TEST_F(PullProgram, AMindIsFetchedShownAndPlays) {
  const Bytes tiny = read_file(WOOD_BINARY_DIR "/models/tiny/tiny-phi.gguf").value();
  start({.bytes = tiny, .gets = {cut, ok}});
  const Ran before = at_hub("minds pulled --minds mine.toml");
  EXPECT_TRUE(has(before.out, "no: not there; `wood minds pull pulled` fetches it")) << before.out;
  const Ran absent = at_hub("run --minds mine.toml --cast everyone=pulled --turns 1 --out n.wood");
  EXPECT_TRUE(has(absent.err, "`wood minds pull pulled` fetches it")) << absent.err;

  const Ran pulled = at_hub("minds pull pulled --minds mine.toml");
  ASSERT_EQ(pulled.status, 0) << pulled.err;
  EXPECT_TRUE(has(pulled.out, "pulled  fetched")) << pulled.out;
  EXPECT_TRUE(has(pulled.out, "sha256 " + hex(sha256(tiny)))) << pulled.out;
  EXPECT_TRUE(has(pulled.out, "sha256 = \"" + hex(sha256(tiny)) + "\"")) << "to be pinned";
  EXPECT_TRUE(has(pulled.out, "as the hub says")) << pulled.out;
  EXPECT_TRUE(has(pulled.err, "100 %")) << pulled.err;
  EXPECT_FALSE(has(pulled.out + pulled.err, "\x1b"));

  const Ran shown = at_hub("minds pulled --minds mine.toml");
  EXPECT_TRUE(has(shown.out, "ready           yes")) << shown.out;
  EXPECT_TRUE(has(shown.out, "hf/hub/models--lab--tiny-GGUF/snapshots/")) << shown.out;
  const Ran run = at_hub(
      "run --minds mine.toml --cast rules --cast oona=pulled --seed 7 --turns 2 --quiet "
      "--out p.wood");
  ASSERT_EQ(run.status, 0) << run.err;
  EXPECT_EQ(at_hub("replay p.wood --quiet").status, 0);

  const Ran again = at_hub("minds pull pulled --minds mine.toml --json --quiet");
  ASSERT_EQ(again.status, 0) << again.err;
  EXPECT_EQ(again.err, "");
  const Json told = parse_json(trim(again.out)).value();
  const Json mind = told.at("minds").items().at(0);
  EXPECT_EQ(mind.str_or("state", ""), "there");
  EXPECT_EQ(mind.str_or("sha256", ""), hex(sha256(tiny)));
  EXPECT_EQ(mind.int_or("bytes", 0), static_cast<std::int64_t>(tiny.size()));
  EXPECT_EQ(hub_->requests("GET").size(), 2U);
  // Whoever pinned another file gets neither it nor a run of it.
  write("pin.toml", "[[mind]]\nname = \"pulled\"\nsha256 = \"" + std::string(64, 'a') + "\"\n");
  EXPECT_EQ(at_hub("minds pull pulled --minds mine.toml --minds pin.toml").status, 1);
}
#endif

TEST_F(PullProgram, AFailureIsSaidAndTheOthersAreStillFetched) {
  start({.bytes = "GGUF, as it were", .heads = {gated, ok}});
  write("two.toml",
        "[[mind]]\nname = \"other\"\nkind = \"llama\"\nrepo = \"lab/tiny-GGUF\"\n"
        "file = \"pulled.gguf\"\n");
  const Ran ran = at_hub("minds pull other pulled --json --minds mine.toml --minds two.toml");
  EXPECT_EQ(ran.status, 3);
  EXPECT_TRUE(has(ran.err, "wood: mind other: ")) << ran.err;
  EXPECT_TRUE(has(ran.err, "accept its licence")) << ran.err;
  const Json minds = parse_json(trim(ran.out)).value().at("minds");
  EXPECT_EQ(minds.items().at(0).str_or("state", ""), "failed");
  EXPECT_EQ(minds.items().at(1).str_or("state", ""), "fetched");
}

TEST_F(PullProgram, AStoppedPullIsGoneOnWith) {
  start({.bytes = "GGUF" + std::string(200'000, 'x'), .gets = {cut, ok}});
  write("stop.sh",
        "\"$1\" minds pull pulled --minds mine.toml 2>e.txt & p=$!\n"
        "n=0\n"
        "until grep -q 'again in' e.txt || [ $n -ge 2000 ]; do sleep 0.01; n=$((n+1)); done\n"
        "kill -INT $p; wait $p\n");
  const Ran stopped =
      wood("", "export HF_ENDPOINT=" + hub_->address() + " HF_HOME=\"$PWD/hf\" && sh stop.sh");
  EXPECT_EQ(stopped.status, 130);
  EXPECT_TRUE(has(stopped.out, "the same command goes on")) << stopped.out;
  const Ran rest = at_hub("minds pull pulled --minds mine.toml --quiet");
  EXPECT_EQ(rest.status, 0) << rest.err;
  EXPECT_EQ(rest.err, "");
  EXPECT_TRUE(has(rest.out, "of it by an earlier pull")) << rest.out;
}

TEST_F(PullProgram, WhatCannotBePulledIsSaid) {
  EXPECT_TRUE(has(wood("minds pull lama-3b").err, "did you mean \"llama-3b\"?"));
  EXPECT_TRUE(has(wood("minds pull house-phi").err, "is in no repository"));
  EXPECT_TRUE(has(wood("minds pull scripted").err, "it is built in"));
  EXPECT_TRUE(has(wood("minds pull").err, "NAME is missing"));
  const Ran odd = wood("minds pull llama-3b --mirror ftp://h");
  EXPECT_EQ(odd.status, 2);
  EXPECT_TRUE(has(odd.err, "--mirror ftp://h: a hub's address begins with https://")) << odd.err;
  EXPECT_TRUE(has(wood("minds --json pull llama-3b").err, "stands before it"));
  EXPECT_TRUE(has(wood("minds llama-3b qwen-7b").err, "one word too many"));
}

// A file in a model folder goes before the hub's cache.
TEST_F(PullProgram, AFileInAModelFolderIsLeftAsItIs) {
  start({.bytes = "GGUF of the hub"});
  std::filesystem::create_directories(path("mine"));
  write("mine/pulled.gguf", "GGUF of my own");
  const Ran ran = at_hub("minds pull pulled --minds mine.toml --models mine");
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_TRUE(has(ran.out, "was there already")) << ran.out;
  EXPECT_TRUE(has(ran.out, hex(sha256("GGUF of my own")))) << ran.out;
  EXPECT_TRUE(hub_->requests().empty());
}

}  // namespace
}  // namespace wood
