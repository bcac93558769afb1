// wood escalate on runs of the built program, with the models that come with it.
#include <gtest/gtest.h>

#include "cli/testing.h"
#include "core/json.h"
#include "core/text.h"

namespace wood {
namespace {

class Escalating : public Program {};

TEST_F(Escalating, BallotsArePutToALargerMindForEveryBar) {
  ASSERT_EQ(wood("run --cast one-mind --seed 7 --turns 9 --quiet --out a.wood").status, 0);
  ASSERT_EQ(wood("run --cast one-mind --seed 8 --turns 9 --quiet --out b.wood").status, 0);
  const Ran told = wood("escalate a.wood b.wood --large house-llama --cost tokens");
  ASSERT_EQ(told.status, 0) << told.err;
  for (const char* part :
       {"ballots of 2 runs, put to house-llama again; cost in tokens a ballot", "never",
        "below 0.5", "always", "the large one alone", "95 % of its accuracy costs"})
    EXPECT_TRUE(has(told.out, part)) << part << "\n" << told.out;

  const Ran ran = wood("escalate a.wood b.wood --large house-llama --cost tokens --json");
  const Json json = parse_json(trim(ran.out)).value_or(Json::object());
  EXPECT_GT(json.int_or("ballots", 0), 0);
  EXPECT_EQ(json.int_or("ballots", 0) % 5, 0) << "five seats on each proposal";
  const auto& curve = json.at("curve").items();
  ASSERT_GE(curve.size(), 2U);
  EXPECT_EQ(curve.front().int_or("escalated_ppm", -1), 0);
  EXPECT_EQ(curve.front().int_or("accuracy_ppm", -1), json.int_or("small_accuracy_ppm", -2));
  EXPECT_EQ(curve.back().int_or("escalated_ppm", -1), 1'000'000);
  EXPECT_EQ(curve.back().int_or("accuracy_ppm", -1), json.int_or("large_accuracy_ppm", -2));
  // Who asks everybody twice pays both.
  EXPECT_GT(curve.back().int_or("cost_milli", 0), curve.front().int_or("cost_milli", 0));
  // Tokens are the same every time.
  EXPECT_EQ(wood("escalate a.wood b.wood --large house-llama --cost tokens --json").out, ran.out);
  // The mind itself, asked again, says what it said.
  const Ran self = wood("escalate a.wood b.wood --large house-qwen --cost tokens --json");
  const Json same = parse_json(trim(self.out)).value_or(Json::object());
  EXPECT_EQ(same.at("gain").int_or("value_ppm", -1), 0);
  EXPECT_EQ(same.int_or("small_accuracy_ppm", -1), same.int_or("large_accuracy_ppm", -2));
}

TEST_F(Escalating, WhatCannotBeAskedIsSaid) {
  ASSERT_EQ(wood("run --cast rules --seed 7 --turns 9 --quiet --out a.wood").status, 0);
  ASSERT_EQ(wood("run --cast rules --seed 7 --turns 1 --quiet --out short.wood").status, 0);
  const auto refused = [&](const std::string& line, const char* why) {
    const Ran ran = wood("escalate " + line);
    EXPECT_EQ(ran.status, 2) << line;
    EXPECT_TRUE(has(ran.err, why)) << line << ": " << ran.err;
  };
  refused("a.wood --large scripted", "decides by rule");
  refused("a.wood --large house-larg", "did you mean \"house-large\"?");
  refused("a.wood --cost tokens --source measured", "use --source stated");
  refused("a.wood", "has no core time on record");
  refused("a.wood a.wood --cost tokens", "is the same run");
  refused("short.wood", "voted on a proposal of the desk");
  refused("nowhere.wood", "nowhere.wood");
  write("full.toml",
        "[[mind]]\nname = \"wordy\"\nkind = \"llama\"\nfamily = \"llama\"\n"
        "file = \"house/house-llama.gguf\"\ncontext = 1024\nstyle = \"full\"\n");
  refused("a.wood --cost tokens --minds full.toml --large wordy", "reads full ones");
}

}  // namespace
}  // namespace wood
