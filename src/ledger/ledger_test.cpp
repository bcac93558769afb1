#include "ledger/ledger.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <unistd.h>

#include "host/file.h"
#include "ledger/echo.h"
#include "ledger/verify.h"

namespace wood {
namespace {

SigningKey test_key() {
  static const SigningKey key = *SigningKey::generate("test");
  return key;
}

std::string scratch(const std::string& name) {
  return testing::TempDir() + "wood-" + std::to_string(::getpid()) + "-" + name;
}

// A small run: genesis, one turn, seal; with a blob and a margin entry.
void write_small(Sink& sink, const std::string& word = "hello") {
  const auto add = [&](EntryKind kind, std::vector<Seq> from, std::int64_t turn, Json body) {
    return sink.append({kind, "world", std::move(from), turn, std::move(body)});
  };
  const Seq genesis = add(EntryKind::genesis, {}, 0, Json::object({{"seed", "1"}}));
  const Seq fact = add(EntryKind::fact, {genesis}, 1, Json::object({{"text", text_in(sink, std::string(9'000, 'x'))}}));
  const Seq view = add(EntryKind::view, {fact}, 1, Json::object({{"facts", Json::array()}}));
  const Seq prompt = add(EntryKind::prompt, {view}, 1, Json::object());
  (void)sink.commit();
  const Seq answer = add(EntryKind::answer, {prompt}, 1, Json::object({{"text", word}}));
  sink.margin(answer, Json::object({{"wall_us", 12}}));
  const Seq reading = add(EntryKind::reading, {answer}, 1, Json::object());
  const Seq command = add(EntryKind::command, {reading}, 1, Json::object());
  const Seq check = add(EntryKind::check, {command}, 1, Json::object());
  const Seq event = add(EntryKind::event, {check}, 1, Json::object());
  const Seq turn = add(EntryKind::turn, {genesis, event}, 1, Json::object());
  (void)sink.commit();
  add(EntryKind::seal, {turn}, 1, Json::object());
  (void)sink.commit();
}

enum class Kind { memory, sqlite };
class Stores : public testing::TestWithParam<Kind> {
 protected:
  void SetUp() override { clean(); }
  void TearDown() override { clean(); }
  void clean() {
    for (const char* end : {"", "-wal", "-shm", "-journal"}) (void)remove_file(path_ + end);
  }
  std::unique_ptr<Store> make() {
    if (GetParam() == Kind::memory) return memory_store();
    auto store = sqlite_store(path_, Open::create);
    EXPECT_TRUE(store) << store.error().what;
    return std::move(*store);
  }
  std::unique_ptr<Ledger> ledger() {
    auto out = Ledger::create(make(), {"small", test_key()});
    EXPECT_TRUE(out);
    return std::move(*out);
  }
  std::string path_ = scratch("store.wood");
};

TEST_P(Stores, AWrittenRunVerifies) {
  const auto run = ledger();
  write_small(*run);
  const Verified found = verify(run->store(), {});
  EXPECT_TRUE(found.good()) << found.findings.front();
  EXPECT_EQ(found.entries, 11);
  EXPECT_EQ(found.margin_entries, 2);
  EXPECT_EQ(found.blobs, 1);
  EXPECT_TRUE(found.sealed);
  EXPECT_FALSE(found.pinned);
  EXPECT_EQ(found.origin, "wood/small");
  EXPECT_EQ(found.record_root, hex(run->record_root()));
}

TEST_P(Stores, APinnedKeyMustBeTheSigner) {
  const auto run = ledger();
  write_small(*run);
  EXPECT_TRUE(verify(run->store(), {test_key().verifier()}).good());
  EXPECT_FALSE(verify(run->store(), {SigningKey::generate("test")->verifier()}).good());
}

TEST_P(Stores, EntriesAndBlobsAreReadBack) {
  const auto run = ledger();
  write_small(*run);
  const LedgerReader reader(run->store());
  const auto entry = reader.entry(Seq{4});
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->draft.body.at("text").string(), "hello");
  EXPECT_FALSE(reader.entry(Seq{99}));
  const auto blob = reader.blob(reader.entry(Seq{1})->draft.body.at("text").at("sha256").string());
  ASSERT_TRUE(blob);
  EXPECT_EQ(*blob, std::string(9'000, 'x'));
  EXPECT_FALSE(reader.blob("00"));
}

TEST_P(Stores, ReplayOfTheSameReachesTheSameRoot) {
  const auto run = ledger();
  write_small(*run);
  const LedgerReader reader(run->store());
  Echo echo(reader, nullptr);
  write_small(echo);
  EXPECT_TRUE(echo.status());
  EXPECT_EQ(echo.root(), run->record_root());
  EXPECT_EQ(echo.size(), run->size());
}

TEST_P(Stores, ReplayOfAnotherNamesTheFirstDifference) {
  const auto run = ledger();
  write_small(*run);
  const LedgerReader reader(run->store());
  Echo echo(reader, nullptr);
  write_small(echo, "goodbye");
  EXPECT_EQ(echo.status().error().code, Errc::diverged);
  ASSERT_TRUE(echo.divergence());
  EXPECT_EQ(echo.divergence()->seq, Seq{4});
  EXPECT_NE(echo.divergence()->recorded.find("hello"), Bytes::npos);
  EXPECT_NE(echo.divergence()->now.find("goodbye"), Bytes::npos);
}

TEST_P(Stores, UncommittedEntriesAreNotThere) {
  const auto run = ledger();
  run->append({EntryKind::genesis, "world", {}, 0, Json::object()});
  EXPECT_EQ(run->store().size(Log::record), 0);
  ASSERT_TRUE(run->commit());
  EXPECT_EQ(run->store().size(Log::record), 1);
}

INSTANTIATE_TEST_SUITE_P(All, Stores, testing::Values(Kind::memory, Kind::sqlite),
                         [](const auto& made) { return made.param == Kind::memory ? "Memory" : "Sqlite"; });

class File : public testing::Test {
 protected:
  void SetUp() override { (void)remove_file(path_); }
  void TearDown() override { (void)remove_file(path_); }
  void write(bool whole) {
    auto run = Ledger::create(*sqlite_store(path_, Open::create), {"small", test_key()});
    ASSERT_TRUE(run);
    if (whole) return write_small(**run);
    (*run)->append({EntryKind::genesis, "world", {}, 0, Json::object({{"seed", "1"}})});
    ASSERT_TRUE((*run)->commit());
  }
  std::string path_ = scratch("file.wood");
};

TEST_F(File, IsNeverOverwritten) {
  write(true);
  EXPECT_EQ(sqlite_store(path_, Open::create).error().code, Errc::exists);
}

TEST_F(File, OfAnotherKindIsRefused) {
  ASSERT_TRUE(write_file(path_, "not a run"));
  EXPECT_FALSE(sqlite_store(path_, Open::read));
  EXPECT_EQ(sqlite_store(path_ + "x", Open::read).error().code, Errc::not_found);
}

TEST_F(File, ResumptionEndsWithTheRootOfAnUnbrokenRun) {
  write(false);
  auto store = sqlite_store(path_, Open::append);
  ASSERT_TRUE(store) << store.error().what;
  auto onward = Ledger::reopen(std::move(*store), {"", test_key()});
  ASSERT_TRUE(onward) << onward.error().what;
  const LedgerReader reader((*onward)->store());
  Echo echo(reader, onward->get());
  write_small(echo);
  ASSERT_TRUE(echo.status()) << echo.status().error().what;
  EXPECT_EQ(echo.state(), Echo::State::onward);
  auto unbroken = Ledger::create(memory_store(), {"small", test_key()});
  write_small(**unbroken);
  EXPECT_EQ((*onward)->record_root(), (*unbroken)->record_root());
  const Verified found = verify((*onward)->store(), {});
  EXPECT_TRUE(found.good()) << found.findings.front();
}

TEST_F(File, OnlyItsKeyGoesOnWithIt) {
  write(false);
  EXPECT_FALSE(Ledger::reopen(*sqlite_store(path_, Open::append), {"", *SigningKey::generate("test")}));
}

// A stride of the file; trial/flip.cpp flips every byte.
TEST_F(File, AFlippedByteIsCaughtOrChangesNoRow) {
  write(true);
  auto bytes = read_file(path_);
  ASSERT_TRUE(bytes);
  const auto original = logical_digest(**sqlite_store_of(*bytes));
  ASSERT_TRUE(original);
  int caught = 0;
  for (std::size_t i = 0; i < bytes->size(); i += 23) {
    (*bytes)[i] = static_cast<char>(~(*bytes)[i]);
    auto store = sqlite_store_of(*bytes);
    if (!store || !verify(**store, {}).good()) ++caught;
    else ASSERT_EQ(*logical_digest(**store), *original) << "byte " << i;
    (*bytes)[i] = static_cast<char>(~(*bytes)[i]);
  }
  EXPECT_GT(caught, static_cast<int>(bytes->size() / 230));
}

// Signs a forged log with the true key: what is left to catch it is the parent table.
std::vector<std::string> forged(const std::function<void(std::vector<Draft>&)>& forge) {
  auto honest = Ledger::create(memory_store(), {"small", test_key()});
  write_small(**honest);
  std::vector<Draft> drafts;
  (void)LedgerReader((*honest)->store()).each([&](const Entry& entry) -> Status {
    drafts.push_back(entry.draft);
    return {};
  });
  forge(drafts);
  auto forger = Ledger::create(memory_store(), {"small", test_key()});
  (*forger)->blob(std::string(9'000, 'x'));
  for (Draft& draft : drafts) (*forger)->append(std::move(draft));
  (void)(*forger)->commit();
  return verify((*forger)->store(), {}).findings;
}

TEST(Parents, AnHonestCopyPasses) { EXPECT_TRUE(forged([](auto&) {}).empty()); }

TEST(Parents, DroppingAnyParentFails) {
  for (std::size_t entry = 1; entry < 11; ++entry)
    EXPECT_FALSE(forged([&](auto& drafts) { drafts[entry].from.pop_back(); }).empty()) << entry;
}

TEST(Parents, NamingTheLastEntryInsteadFails) {
  for (const std::size_t entry : {5U, 6U, 9U, 10U})
    EXPECT_FALSE(forged([&](auto& drafts) { drafts[entry].from = {Seq{static_cast<std::int64_t>(entry) - 2}}; }).empty())
        << entry;
}

TEST(Parents, ASecondAnswerFails) {
  EXPECT_FALSE(forged([](auto& drafts) { drafts[5] = drafts[4]; }).empty());
}

}  // namespace
}  // namespace wood
