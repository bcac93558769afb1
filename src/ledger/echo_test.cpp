#include "ledger/echo.h"

#include <gtest/gtest.h>

#include "ledger/testing.h"
#include "ledger/verify.h"

namespace wood {
namespace {

TEST(Echo, OfTheSameReachesTheSameRoot) {
  const auto run = small_ledger(memory_store());
  const LedgerReader reader(run->store());
  Echo echo(reader, nullptr);
  write_small(echo);
  EXPECT_TRUE(echo.status());
  EXPECT_TRUE(echo.commit());
  EXPECT_TRUE(echo.complete());
  EXPECT_EQ(echo.state(), Echo::State::following);
  EXPECT_EQ(echo.root(), run->record_root());
}

TEST(Echo, KeepsTheFirstDivergence) {
  const auto run = small_ledger(memory_store());
  const LedgerReader reader(run->store());
  Echo echo(reader, nullptr);
  write_small(echo, {.word = "goodbye"});
  ASSERT_TRUE(echo.divergence());
  EXPECT_EQ(echo.state(), Echo::State::diverged);
  EXPECT_EQ(echo.divergence()->seq, Seq{4});
  EXPECT_NE(echo.divergence()->recorded.find("hello"), std::string::npos);
  EXPECT_NE(echo.divergence()->now.find("goodbye"), std::string::npos);
  EXPECT_EQ(echo.status().error().code, Errc::diverged);
  EXPECT_EQ(echo.commit().error().code, Errc::diverged);
  EXPECT_FALSE(echo.complete());
}

TEST(Echo, ThatEndsEarlyIsNotComplete) {
  const auto run = small_ledger(memory_store());
  const LedgerReader reader(run->store());
  Echo echo(reader, nullptr);
  write_small(echo, {.sealed = false});
  EXPECT_TRUE(echo.status());
  EXPECT_FALSE(echo.complete());
}

TEST(Echo, BehindASealIsADivergence) {
  const auto run = small_ledger(memory_store());
  const LedgerReader reader(run->store());
  Echo echo(reader, nullptr);
  write_small(echo);
  echo.append({EntryKind::event, "world", {Seq{10}}, 1, Json::object()});
  EXPECT_EQ(echo.state(), Echo::State::diverged);
  EXPECT_EQ(echo.divergence()->seq, Seq{11});
  EXPECT_TRUE(echo.divergence()->recorded.empty());
}

TEST(Echo, BehindTheEndOfAnUnfinishedRecordIsItsEnd) {
  const auto run = small_ledger(memory_store(), {.sealed = false});
  const LedgerReader reader(run->store());
  Echo echo(reader, nullptr);
  write_small(echo);
  EXPECT_EQ(echo.state(), Echo::State::ended);
  EXPECT_FALSE(echo.divergence());
  EXPECT_TRUE(echo.complete());
  EXPECT_EQ(echo.root(), run->record_root());
  EXPECT_EQ(echo.commit().error().code, Errc::limit);
}

// A run that stopped after any entry and is resumed ends as the unbroken one: same root, and a file
// that verifies.
TEST(Echo, ResumptionEndsWithTheRootOfAnUnbrokenRun) {
  const auto unbroken = small_ledger(memory_store(), {.turns = 2});
  const std::vector<Draft> drafts = drafts_of(unbroken->store());
  for (std::size_t kept = 1; kept < drafts.size(); ++kept) {
    const Scratch scratch("resume.wood");
    {
      auto broken =
          *Ledger::create(*sqlite_store(scratch.path(), Open::create), {"small", test_key()});
      for (const char* turn : {"1", "2"}) broken->blob(std::string(9'000, 'x') + turn);
      for (std::size_t i = 0; i < kept; ++i) broken->append(drafts[i]);
      ASSERT_TRUE(broken->commit());
    }
    auto onward = Ledger::reopen(*sqlite_store(scratch.path(), Open::append), {"", test_key()});
    if (drafts[kept - 1].kind == EntryKind::seal) break;
    ASSERT_TRUE(onward) << onward.error().what;
    const LedgerReader reader((*onward)->store());
    Echo echo(reader, onward->get());
    write_small(echo, {.turns = 2});
    ASSERT_TRUE(echo.status()) << echo.status().error().what;
    EXPECT_EQ(echo.state(), Echo::State::onward);
    EXPECT_TRUE(echo.complete());
    EXPECT_EQ(echo.root(), unbroken->record_root());
    const Verified found = verify((*onward)->store(), {});
    EXPECT_TRUE(found.good()) << kept << ": " << found.findings.front();
    EXPECT_TRUE(found.sealed);
  }
}

TEST(Echo, DivergesBeforeItGoesOnward) {
  const auto run = small_ledger(memory_store(), {.sealed = false});
  const Bytes before = *run->store().entry(Log::record, 9);
  const LedgerReader reader(run->store());
  Echo echo(reader, run.get());
  write_small(echo, {.word = "goodbye"});
  EXPECT_EQ(echo.state(), Echo::State::diverged);
  EXPECT_EQ(run->size(), 10);
  EXPECT_EQ(*run->store().entry(Log::record, 9), before);
}

TEST(Echo, MissesABlobThatTheRecordNames) {
  const auto honest = small_ledger(memory_store());
  auto store = memory_store();
  Batch batch;
  ASSERT_TRUE(honest->store().each(Log::record, [&](std::int64_t, ByteView raw) -> Status {
    batch.record.emplace_back(raw);
    return {};
  }));
  ASSERT_TRUE(store->commit(batch));  // without its blob
  const LedgerReader reader(*store);
  Echo echo(reader, nullptr);
  write_small(echo);
  EXPECT_EQ(echo.status().error().code, Errc::integrity);
}

}  // namespace
}  // namespace wood
