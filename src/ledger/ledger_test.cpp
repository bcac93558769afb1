#include "ledger/ledger.h"

#include <gtest/gtest.h>

#include "ledger/testing.h"
#include "ledger/verify.h"

namespace wood {
namespace {

const Draft kGenesis{EntryKind::genesis, "world", {}, 0, Json::object()};

Draft fact(Json body) { return {EntryKind::fact, "world", {Seq{0}}, 1, std::move(body)}; }

std::unique_ptr<Ledger> fresh(bool every_entry = false) {
  return *Ledger::create(memory_store(), {"small", test_key(), every_entry});
}

// Takes nothing: a disk that is full from the start.
class FullStore : public Store {
 public:
  Status commit(const Batch&) override {
    ++commits;
    return fail(Errc::io, "no space left");
  }
  std::int64_t size(Log) const override { return 0; }
  Result<Bytes> entry(Log, std::int64_t) override { return fail(Errc::not_found, "none"); }
  Status each(Log, const std::function<Status(std::int64_t, ByteView)>&) override { return {}; }
  Result<Bytes> blob(const std::string&) override { return fail(Errc::not_found, "none"); }
  bool has_blob(const std::string&) const override { return false; }
  Status each_blob(const std::function<Status(const std::string&, ByteView)>&) override {
    return {};
  }
  Result<std::vector<StoredCheckpoint>> checkpoints() override {
    return std::vector<StoredCheckpoint>();
  }
  Status check_medium() override { return {}; }
  int commits = 0;
};

TEST(Ledger, KeepsEntriesAndBlobs) {
  const auto run = small_ledger(memory_store());
  const LedgerReader reader(run->store());
  const auto entry = reader.entry(Seq{4});
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->draft.body.at("text").string(), "hello");
  EXPECT_EQ(reader.entry(Seq{99}).error().code, Errc::not_found);
  const Json text = reader.entry(Seq{1})->draft.body.at("text");
  EXPECT_EQ(*reader.blob(text.at("sha256").string()), std::string(9'000, 'x') + "1");
  EXPECT_TRUE(*reader.sealed());
  EXPECT_EQ(reader.latest(Log::record)->root, run->record_root());
  EXPECT_EQ(reader.latest(Log::margin)->root, run->margin_root());
  EXPECT_EQ(reader.latest(Log::record)->origin, "wood/small");
  EXPECT_EQ(reader.latest(Log::margin)->origin, "wood/small/margin");
}

TEST(Ledger, MarginNamesTheSignerFirst) {
  const auto run = fresh();
  const Seq genesis = run->append(kGenesis);
  run->margin(genesis, Json::object({{"kind", "host"}}));
  ASSERT_TRUE(run->commit());
  std::vector<Json> bodies;
  ASSERT_TRUE(LedgerReader(run->store()).each_margin([&](Seq about, const Json& body) -> Status {
    EXPECT_EQ(about, genesis);
    bodies.push_back(body);
    return {};
  }));
  ASSERT_EQ(bodies.size(), 2U);
  EXPECT_EQ(bodies[0].at("vkey").string(), test_key().verifier().text());
}

TEST(Ledger, UncommittedEntriesAreNotThere) {
  const auto run = fresh();
  run->append(kGenesis);
  EXPECT_EQ(run->size(), 1);
  EXPECT_EQ(run->store().size(Log::record), 0);
  EXPECT_FALSE(*LedgerReader(run->store()).sealed());
  EXPECT_EQ(LedgerReader(run->store()).latest(Log::record).error().code, Errc::not_found);
  ASSERT_TRUE(run->commit());
  EXPECT_EQ(run->store().size(Log::record), 1);
}

TEST(Ledger, CommitOfNothingWritesNothing) {
  const auto run = fresh();
  ASSERT_TRUE(run->commit());
  EXPECT_TRUE(run->store().checkpoints()->empty());
}

TEST(Ledger, CanCommitEveryEntry) {
  const auto run = fresh(true);
  run->append(kGenesis);
  EXPECT_EQ(run->store().size(Log::record), 1);
  const std::string first = run->blob("one");
  const std::string second = run->blob("two");
  run->append(fact(Json::object({{"blob", first}})));
  // Only what an entry names is kept: killed here, the run holds no blob that belongs to nothing.
  EXPECT_TRUE(run->store().has_blob(first));
  EXPECT_FALSE(run->store().has_blob(second));
  EXPECT_TRUE(verify(run->store(), {}).good());
  run->append(fact(Json::object({{"blob", second}})));
  EXPECT_TRUE(run->store().has_blob(second));
  EXPECT_EQ(run->store().checkpoints()->size(), 6U);
}

TEST(Ledger, AFailureIsKeptAndEndsWriting) {
  auto store = std::make_unique<FullStore>();
  FullStore& full = *store;
  const auto run = *Ledger::create(std::move(store), {"small", test_key()});
  const Seq genesis = run->append(kGenesis);
  EXPECT_TRUE(run->status());
  EXPECT_EQ(run->commit().error().code, Errc::io);
  EXPECT_EQ(run->status().error().code, Errc::io);
  const Seq next = run->append(fact(Json::object()));
  EXPECT_EQ(next.value, genesis.value + 1);
  EXPECT_EQ(run->append(fact(Json::object())).value, next.value + 1);
  run->margin(next, Json::object());
  EXPECT_EQ(run->commit().error().code, Errc::io);
  EXPECT_EQ(full.commits, 1) << "a failed commit is never tried again";
}

TEST(Ledger, NamesAreOnePrintableLine) {
  for (const char* bad : {"", "a\nb", "a\tb", "\xFF"})
    EXPECT_EQ(Ledger::create(memory_store(), {bad, test_key()}).error().code, Errc::usage);
}

TEST(Ledger, IsNotBegunTwice) {
  auto store = memory_store();
  ASSERT_TRUE(store->commit({{"x"}, {}, {}, {}}));
  EXPECT_EQ(Ledger::create(std::move(store), {"small", test_key()}).error().code, Errc::exists);
}

class Reopening : public ::testing::Test {
 protected:
  // A run that was written so far and closed.
  void write(const Small& small) {
    (void)small_ledger(*sqlite_store(scratch_.path(), Open::create), small);
  }
  Result<std::unique_ptr<Ledger>> reopen(const SigningKey& key = test_key()) {
    TRY(std::unique_ptr<Store> store, sqlite_store(scratch_.path(), Open::append));
    return Ledger::reopen(std::move(store), {"", key});
  }
  Scratch scratch_{"reopen.wood"};
};

TEST_F(Reopening, GoesOnBehindTheLastEntry) {
  write({.sealed = false});
  const auto run = reopen();
  ASSERT_TRUE(run) << run.error().what;
  EXPECT_EQ((*run)->origin(), "wood/small");
  EXPECT_EQ((*run)->size(), 10);
  (void)write_turn(**run, 2, Seq{9}, "again");
  EXPECT_TRUE(verify((*run)->store(), {}).good());
}

TEST_F(Reopening, NeedsTheKeyThatBegan) {
  write({.sealed = false});
  EXPECT_EQ(reopen(*SigningKey::generate("test")).error().code, Errc::integrity);
}

TEST_F(Reopening, OfASealedRunIsRefused) {
  write({});
  EXPECT_EQ(reopen().error().code, Errc::usage);
}

TEST_F(Reopening, OfATamperedRunIsRefused) {
  write({.sealed = false});
  Bytes bytes = *read_file(scratch_.path());
  const std::size_t at = bytes.find("\"text\":\"hello\"");
  ASSERT_NE(at, std::string::npos);
  bytes[at + 8] = 'c';
  ASSERT_TRUE(write_file(scratch_.path(), bytes));
  const auto run = reopen();
  EXPECT_EQ(run.error().code, Errc::integrity);
  EXPECT_NE(run.error().what.find("record"), std::string::npos);
}

TEST_F(Reopening, OfNothingIsRefused) {
  (void)*sqlite_store(scratch_.path(), Open::create);
  EXPECT_EQ(reopen().error().code, Errc::integrity);
}

}  // namespace
}  // namespace wood
