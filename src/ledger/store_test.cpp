// One suite for both stores; then what only a file can do: lie there already, be of another kind,
// belong to somebody else, fill the disk, outlive its writer.
#include "ledger/store.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "ledger/testing.h"
#include "ledger/verify.h"

namespace wood {
namespace {

enum class Kind { memory, sqlite };

class Stores : public ::testing::TestWithParam<Kind> {
 protected:
  std::unique_ptr<Store> make() {
    if (GetParam() == Kind::memory) return memory_store();
    auto store = sqlite_store(scratch_.path(), Open::create);
    EXPECT_TRUE(store) << store.error().what;
    return std::move(*store);
  }
  Scratch scratch_{"store.wood"};
};

std::vector<Bytes> all(Store& store, Log log) {
  std::vector<Bytes> out;
  EXPECT_TRUE(store.each(log, [&](std::int64_t seq, ByteView bytes) -> Status {
    EXPECT_EQ(seq, static_cast<std::int64_t>(out.size()));
    out.emplace_back(bytes);
    return {};
  }));
  return out;
}

TEST_P(Stores, BeginEmpty) {
  const auto store = make();
  EXPECT_EQ(store->size(Log::record), 0);
  EXPECT_EQ(store->size(Log::margin), 0);
  EXPECT_EQ(store->entry(Log::record, 0).error().code, Errc::not_found);
  EXPECT_EQ(store->blob(hex(sha256("x"))).error().code, Errc::not_found);
  EXPECT_TRUE(store->checkpoints()->empty());
  EXPECT_TRUE(store->check_medium());
}

TEST_P(Stores, GiveBackWhatWasCommitted) {
  const auto store = make();
  const Bytes raw = std::string("\0\xFF", 2);
  ASSERT_TRUE(store->commit({{"a", "b"}, {"m"}, {raw, ""}, {{Log::record, 2, "note"}}}));
  ASSERT_TRUE(store->commit({{raw}, {}, {}, {{Log::margin, 1, "other"}, {Log::record, 3, "n"}}}));
  EXPECT_EQ(all(*store, Log::record), (std::vector<Bytes>{"a", "b", raw}));
  EXPECT_EQ(all(*store, Log::margin), (std::vector<Bytes>{"m"}));
  EXPECT_EQ(store->size(Log::record), 3);
  EXPECT_EQ(*store->entry(Log::record, 1), "b");
  EXPECT_EQ(*store->entry(Log::margin, 0), "m");
  EXPECT_FALSE(store->entry(Log::record, 3));
  EXPECT_FALSE(store->entry(Log::record, -1));
  EXPECT_TRUE(store->has_blob(hex(sha256(raw))));
  EXPECT_EQ(*store->blob(hex(sha256(raw))), raw);
  EXPECT_EQ(*store->blob(hex(sha256(""))), "");
  EXPECT_EQ(*store->checkpoints(),
            (std::vector<StoredCheckpoint>{
                {Log::record, 2, "note"}, {Log::margin, 1, "other"}, {Log::record, 3, "n"}}));
  EXPECT_TRUE(store->check_medium()) << store->check_medium().error().what;
}

TEST_P(Stores, KeepABlobOnce) {
  const auto store = make();
  ASSERT_TRUE(store->commit({{}, {}, {"x", "x"}, {}}));
  ASSERT_TRUE(store->commit({{}, {}, {"x"}, {}}));
  int count = 0;
  ASSERT_TRUE(store->each_blob([&](const std::string& digest, ByteView bytes) -> Status {
    EXPECT_EQ(digest, hex(sha256("x")));
    EXPECT_EQ(bytes, "x");
    ++count;
    return {};
  }));
  EXPECT_EQ(count, 1);
}

TEST_P(Stores, StopAtTheFirstFailureOfAVisit) {
  const auto store = make();
  ASSERT_TRUE(store->commit({{"a", "b"}, {}, {"x", "y"}, {}}));
  int visits = 0;
  const auto stop = [&](auto&&...) -> Status {
    ++visits;
    return fail(Errc::limit, "enough");
  };
  EXPECT_EQ(store->each(Log::record, stop).error().code, Errc::limit);
  EXPECT_EQ(store->each_blob(stop).error().code, Errc::limit);
  EXPECT_EQ(visits, 2);
}

TEST_P(Stores, AreEqualIfTheirRowsAre) {
  const auto store = make();
  const auto other = memory_store();
  const Batch batch{{"a"}, {"m"}, {"x"}, {{Log::record, 1, "n"}}};
  ASSERT_TRUE(store->commit(batch));
  ASSERT_TRUE(other->commit(batch));
  EXPECT_EQ(*logical_digest(*store), *logical_digest(*other));
  ASSERT_TRUE(other->commit({{"b"}, {}, {}, {}}));
  EXPECT_NE(*logical_digest(*store), *logical_digest(*other));
}

INSTANTIATE_TEST_SUITE_P(All, Stores, ::testing::Values(Kind::memory, Kind::sqlite),
                         [](const auto& made) {
                           return made.param == Kind::memory ? "Memory" : "Sqlite";
                         });

class File : public ::testing::Test {
 protected:
  Result<std::unique_ptr<Store>> open(Open how) { return sqlite_store(scratch_.path(), how); }
  Scratch scratch_{"file.wood"};
  const std::string& path_ = scratch_.path();
};

TEST_F(File, IsNeverOverwritten) {
  (void)small_ledger(*open(Open::create));
  const Bytes before = *read_file(path_);
  EXPECT_EQ(open(Open::create).error().code, Errc::exists);
  EXPECT_EQ(*read_file(path_), before);
}

TEST_F(File, OfAnotherKindIsRefusedAndLeftAlone) {
  EXPECT_EQ(open(Open::read).error().code, Errc::not_found);
  EXPECT_EQ(open(Open::append).error().code, Errc::not_found);
  ASSERT_TRUE(write_file(path_, "not a run"));
  EXPECT_EQ(open(Open::read).error().code, Errc::parse);
  EXPECT_EQ(open(Open::append).error().code, Errc::parse);
  EXPECT_EQ(*read_file(path_), "not a run");
  EXPECT_EQ(sqlite_store_of("not a run").error().code, Errc::parse);
  EXPECT_EQ(sqlite_store_of("").error().code, Errc::parse);
}

TEST_F(File, InAFolderThatIsNotThereIsNotFound) {
  EXPECT_EQ(sqlite_store(path_ + "/run.wood", Open::create).error().code, Errc::not_found);
}

// Application id and format are numbers in the head of a SQLite file.
TEST_F(File, OfAnotherFormatSaysSo) {
  (void)small_ledger(*open(Open::create));
  Bytes bytes = *read_file(path_);
  bytes[63] = 9;
  const auto later = sqlite_store_of(bytes);
  EXPECT_EQ(later.error().code, Errc::parse);
  EXPECT_NE(later.error().what.find("format 9"), std::string::npos);
  bytes[71] = 0;
  EXPECT_EQ(sqlite_store_of(bytes).error().code, Errc::parse);
}

TEST_F(File, IsOneFileWhenClosed) {
  (void)small_ledger(*open(Open::create));
  EXPECT_FALSE(file_exists(path_ + "-wal"));
  EXPECT_FALSE(file_exists(path_ + "-shm"));
  EXPECT_FALSE(file_exists(path_ + "-journal"));
  EXPECT_TRUE(verify(**sqlite_store_of(*read_file(path_)), {}).good());
  EXPECT_TRUE(verify(**open(Open::read), {}).good());
}

TEST_F(File, HasOneWriter) {
  const auto writer = *open(Open::create);
  ASSERT_TRUE(writer->commit({{"a"}, {}, {}, {}}));
  EXPECT_EQ(open(Open::append).error().code, Errc::io);
  EXPECT_EQ(open(Open::read).error().code, Errc::io);
}

TEST_F(File, CannotBeWrittenThroughAReader) {
  (void)small_ledger(*open(Open::create));
  const auto reader = *open(Open::read);
  EXPECT_EQ(reader->commit({{"a"}, {}, {}, {}}).error().code, Errc::io);
  EXPECT_EQ((*sqlite_store_of(*read_file(path_)))->commit({{"a"}, {}, {}, {}}).error().code,
            Errc::io);
}

// A limit on the size of files stands for a full disk.
TEST_F(File, AFailedCommitIsTheLast) {
  auto store = *open(Open::create);
  ASSERT_TRUE(store->commit({{"a"}, {}, {}, {}}));
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto ignored = ::signal(SIGXFSZ, SIG_IGN);
  const rlimit tight{100'000, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &tight), 0);
  const Status full = store->commit({{"b"}, {}, {std::string(200'000, 'x')}, {}});
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  ::signal(SIGXFSZ, ignored);
  EXPECT_EQ(full.error().code, Errc::io) << full.error().what;
  EXPECT_EQ(store->size(Log::record), 1);
  const Status again = store->commit({{"c"}, {}, {}, {}});
  EXPECT_EQ(again.error().code, Errc::io);
  EXPECT_NE(again.error().what.find("earlier"), std::string::npos);
  store.reset();
  const auto kept = open(Open::read);
  ASSERT_TRUE(kept) << kept.error().what;
  EXPECT_EQ(all(**kept, Log::record), (std::vector<Bytes>{"a"}));
}

// Writes turns until it is killed, and says after each commit how many entries are now promised.
[[noreturn]] void write_until_killed(const std::string& path, int promises) {
  auto store = sqlite_store(path, Open::create);
  if (!store) ::_exit(1);
  auto ledger = Ledger::create(std::move(*store), {"killed", test_key()});
  Seq last = (*ledger)->append({EntryKind::genesis, "world", {}, 0, Json::object()});
  for (std::int64_t turn = 1;; ++turn) {
    last = write_turn(**ledger, turn, last, "hello");
    if (!(*ledger)->status()) ::_exit(2);
    const std::int64_t promised = (*ledger)->size();
    if (::write(promises, &promised, sizeof promised) != sizeof promised) ::_exit(3);
  }
}

// Promised → there after kill −9, at whatever moment; not promised → whole or absent.
TEST_F(File, SurvivesKillingAtAnyMoment) {
  for (int round = 0; round < 12; ++round) {
    scratch_.clear();
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    if (child == 0) write_until_killed(path_, ends[1]);
    ::close(ends[1]);
    std::int64_t promised = 0;
    for (int i = 0; i <= round; ++i)
      ASSERT_EQ(::read(ends[0], &promised, sizeof promised), sizeof promised);
    ::usleep(static_cast<useconds_t>(137 * round));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    for (std::int64_t more = 0; ::read(ends[0], &more, sizeof more) == sizeof more;)
      promised = more;
    ::close(ends[0]);

    const auto store = open(round % 2 == 0 ? Open::read : Open::append);
    ASSERT_TRUE(store) << store.error().what;
    EXPECT_GE((*store)->size(Log::record), promised);
    const Verified found = verify(**store, {});
    EXPECT_TRUE(found.good()) << found.findings.front();
    if (round % 2 == 0) {
      EXPECT_FALSE(file_exists(path_ + "-wal")) << "folded by the reader";
      EXPECT_TRUE(sqlite_store_of(*read_file(path_)));
    }
  }
}

// Without the log beside it the file of a killed run is not silently taken for whole.
TEST_F(File, OfAKilledRunAloneIsNotReadFromBytes) {
  const auto store = *open(Open::create);
  ASSERT_TRUE(store->commit({{"a"}, {}, {}, {}}));
  EXPECT_FALSE(sqlite_store_of(*read_file(path_)));
}

TEST_F(File, BytesBehindItsPagesAreFound) {
  (void)small_ledger(*open(Open::create));
  const Bytes bytes = *read_file(path_) + "smuggled";
  const auto store = sqlite_store_of(bytes);
  ASSERT_TRUE(store) << store.error().what;
  EXPECT_EQ((*store)->check_medium().error().code, Errc::integrity);
  ASSERT_TRUE(write_file(path_, bytes));
  EXPECT_EQ((*open(Open::read))->check_medium().error().code, Errc::integrity);
}

// In SQLite's row format the type of a column stands before its bytes as 12 + 2n for a blob of n
// bytes and 13 + 2n for a text.
TEST_F(File, AColumnOfAnotherTypeIsFound) {
  {
    const auto store = *open(Open::create);
    ASSERT_TRUE(store->commit({{std::string(100, 'e')}, {}, {}, {}}));
  }
  Bytes bytes = *read_file(path_);
  const std::size_t at = bytes.find(std::string(100, 'e'));
  ASSERT_NE(at, std::string::npos);
  ASSERT_EQ(static_cast<unsigned char>(bytes[at - 1]), (12 + 2 * 100) & 0x7F);
  ++bytes[at - 1];
  const auto store = sqlite_store_of(bytes);
  ASSERT_TRUE(store) << store.error().what;
  EXPECT_EQ((*store)->check_medium().error().code, Errc::integrity);
}

TEST_F(File, AnotherSchemaIsRefused) {
  (void)small_ledger(*open(Open::create));
  Bytes bytes = *read_file(path_);
  const std::size_t at = bytes.find("CREATE TABLE margin(seq");
  ASSERT_NE(at, std::string::npos);
  bytes[at] = 'c';  // another text of the same meaning
  EXPECT_EQ(sqlite_store_of(bytes).error().code, Errc::integrity);
}

}  // namespace
}  // namespace wood
