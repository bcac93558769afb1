#include "serve/archive.h"

#include <gtest/gtest.h>

namespace wood::serve {
namespace {

std::unique_ptr<Archive> fresh() {
  return std::make_unique<Archive>(*ScratchFile::create(::testing::TempDir()));
}

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
  std::map<std::string, Bytes> left, right;
  for (const auto& [store, blobs] : {std::pair(&one, &left), std::pair(&other, &right)})
    ASSERT_TRUE(store->each_blob([&](const std::string& name, ByteView bytes) -> Status {
      blobs->emplace(name, bytes);
      return {};
    }));
  EXPECT_EQ(left, right);
  EXPECT_EQ(*one.checkpoints(), *other.checkpoints());
}

TEST(Archive, HoldsWhatTheRunsStoreHolds) {
  const auto archive = fresh();
  int told = 0;
  Relay relay(memory_store(), [&](const Batch& committed) {
    ++told;
    ASSERT_TRUE(archive->commit(committed));
  });
  for (const char* word : {"one", "two", "three"}) ASSERT_TRUE(relay.commit(batch(word)));
  EXPECT_EQ(told, 3);
  expect_same(relay, *archive);
  EXPECT_TRUE(archive->has_blob(hex(sha256("blob two"))));
  EXPECT_EQ(*archive->blob(hex(sha256("blob two"))), "blob two");
}

TEST(Archive, ACopyStaysAsItWas) {
  const auto archive = fresh();
  ASSERT_TRUE(archive->commit(batch("one")));
  const auto copy = archive->copy();
  ASSERT_TRUE(archive->commit(batch("two")));
  EXPECT_EQ(copy->size(Log::record), 2);
  EXPECT_EQ(archive->size(Log::record), 4);
  EXPECT_EQ(*copy->entry(Log::record, 1), "another one");
}

TEST(Archive, TakesOverWhatAnotherStoreHolds) {
  const auto store = memory_store();
  for (int i = 0; i < 40; ++i) {
    Batch some = batch(std::to_string(i));
    some.record[0].resize(300'000, 'x');  // more than is filed at once, in all
    ASSERT_TRUE(store->commit(some));
  }
  const auto archive = fresh();
  ASSERT_TRUE(archive->take(*store));
  expect_same(*store, *archive);
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
