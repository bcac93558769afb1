#include "serve/archive.h"

#include <gtest/gtest.h>

namespace wood::serve {
namespace {

Batch batch(const std::string& word) {
  Batch out;
  out.record = {"record " + word, "another " + word};
  out.margin = {"margin " + word};
  out.blobs = {"blob " + word, std::string("\0\xff", 2)};
  out.checkpoints = {{Log::record, 2, "note " + word}};
  return out;
}

// What every store gives for the same batches.
void expect_same(Store& one, Store& other) {
  for (const Log log : {Log::record, Log::margin}) {
    ASSERT_EQ(one.size(log), other.size(log));
    for (std::int64_t seq = 0; seq < one.size(log); ++seq)
      EXPECT_EQ(*one.entry(log, seq), *other.entry(log, seq));
    EXPECT_FALSE(other.entry(log, one.size(log)));
  }
  const auto left = everything(one), right = everything(other);
  ASSERT_TRUE(left && right);
  EXPECT_EQ(left->record, right->record);
  EXPECT_EQ(left->blobs.size(), right->blobs.size());
  EXPECT_EQ(left->checkpoints, right->checkpoints);
}

TEST(Archive, HoldsWhatTheRunsStoreHolds) {
  auto archive = Archive::create(::testing::TempDir());
  ASSERT_TRUE(archive) << archive.error().what;
  int told = 0;
  Relay relay(memory_store(), [&](const Batch& committed) {
    ++told;
    ASSERT_TRUE((*archive)->commit(committed));
  });
  for (const char* word : {"one", "two", "three"}) ASSERT_TRUE(relay.commit(batch(word)));
  EXPECT_EQ(told, 3);
  expect_same(relay, **archive);
  EXPECT_TRUE((*archive)->has_blob(hex(sha256("blob two"))));
  EXPECT_EQ(*(*archive)->blob(hex(sha256("blob two"))), "blob two");
}

TEST(Archive, ACopyStaysAsItWas) {
  auto archive = Archive::create(::testing::TempDir());
  ASSERT_TRUE(archive);
  ASSERT_TRUE((*archive)->commit(batch("one")));
  const auto copy = (*archive)->copy();
  ASSERT_TRUE((*archive)->commit(batch("two")));
  EXPECT_EQ(copy->size(Log::record), 2);
  EXPECT_EQ((*archive)->size(Log::record), 4);
  EXPECT_EQ(*copy->entry(Log::record, 1), "another one");
}

TEST(Archive, AFolderThatIsNotThereIsAnError) {
  EXPECT_EQ(Archive::create("/nowhere/at/all").error().code, Errc::io);
}

// A store whose disk is full.
class Full : public Relay {
 public:
  Full() : Relay(memory_store(), [](const Batch&) {}) {}
  Status commit(const Batch&) override { return fail(Errc::io, "no space left"); }
};

TEST(Archive, WhatWasNotCommittedIsNotTold) {
  int told = 0;
  Relay relay(std::make_unique<Full>(), [&](const Batch&) { ++told; });
  EXPECT_FALSE(relay.commit(batch("one")));
  EXPECT_EQ(told, 0);
}

}  // namespace
}  // namespace wood::serve
