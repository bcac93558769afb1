#include "pipeline/memory.h"

#include "pipeline/testing.h"

namespace wood {
namespace {

using testing::parsed;

TEST(Memory, AWindowKeepsTheLastRecordsOfEachKey) {
  Memory memory;
  for (int i = 0; i < 5; ++i) memory.remember("s.w", "a", {Seq{i}, Json(i)}, 3);
  memory.remember("s.w", "b", {Seq{9}, Json(9)}, 3);
  const auto a = memory.window("s.w", "a");
  ASSERT_EQ(a.size(), 3U);
  EXPECT_EQ(a[0], (Memory::Record{Seq{2}, Json(2)}));
  EXPECT_EQ(memory.window("s.w", "b").size(), 1U);
  EXPECT_TRUE(memory.window("s.w", "c").empty() && memory.window("s.v", "a").empty());
}

TEST(Memory, TheKeyLongestUntouchedIsForgotten) {
  Memory memory;
  const auto touch = [&](std::size_t i) {
    memory.remember("w", std::to_string(i), {Seq{0}, Json(1)}, 1);
  };
  for (std::size_t i = 0; i < Memory::kKeysMax; ++i) touch(i);
  touch(0);
  touch(Memory::kKeysMax);
  EXPECT_EQ(memory.window("w", "0").size(), 1U);
  EXPECT_TRUE(memory.window("w", "1").empty());
  EXPECT_EQ(memory.window("w", "2").size(), 1U);
}

TEST(Memory, SurvivesAsJson) {
  Memory memory;
  memory.remember("s.w", "b", {Seq{1}, Json("x")}, 2);
  memory.remember("s.w", "a", {Seq{2}, Json("y")}, 2);
  memory.remember("s.w", "a", {Seq{3}, Json("z")}, 2);
  memory.votes("v").last = Seq{7};
  const auto back = Memory::from(memory.json());
  ASSERT_TRUE(back);
  EXPECT_EQ(back->json(), memory.json());
  EXPECT_EQ(back->window("s.w", "a"), memory.window("s.w", "a"));
}

TEST(Memory, RefusesWhatItDidNotWrite) {
  for (const char* bad :
       {R"({})", R"({"votes":{},"windows":1})", R"({"votes":{"v":{}},"windows":{}})",
        R"({"votes":{},"windows":{"w":1}})", R"({"votes":{},"windows":{"w":[{}]}})",
        R"({"votes":{},"windows":{"w":[{"key":"a","records":[{}]}]}})",
        R"({"votes":{"v":{"pairs":1}},"windows":{}})"})
    EXPECT_FALSE(Memory::from(parsed(bad))) << bad;
}

}  // namespace
}  // namespace wood
