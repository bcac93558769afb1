#include "ledger/verify.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/text.h"
#include "ledger/testing.h"

namespace wood {
namespace {

// Rows as they were committed, to be changed and stored again.
struct Rows {
  Batch batch;

  explicit Rows(Store& store) {
    const auto take = [](std::vector<Bytes>& rows) {
      return [&rows](std::int64_t, ByteView raw) -> Status {
        rows.emplace_back(raw);
        return {};
      };
    };
    EXPECT_TRUE(store.each(Log::record, take(batch.record)));
    EXPECT_TRUE(store.each(Log::margin, take(batch.margin)));
    EXPECT_TRUE(store.each_blob([&](const std::string&, ByteView raw) -> Status {
      batch.blobs.emplace_back(raw);
      return {};
    }));
    batch.checkpoints = *store.checkpoints();
  }
  [[nodiscard]] Verified verified(const VerifyOptions& options = {}) const {
    const auto store = memory_store();
    EXPECT_TRUE(store->commit(batch));
    return verify(*store, options);
  }
  // Signs both logs anew, as they are now: a forger who has the key.
  void sign(const SigningKey& key = test_key(), const std::string& origin = "wood/small") {
    batch.checkpoints.clear();
    for (const Log log : {Log::record, Log::margin}) {
      Merkle tree;
      for (const Bytes& row : log == Log::record ? batch.record : batch.margin) tree.add(row);
      const Checkpoint point{origin + (log == Log::margin ? "/margin" : ""), tree.size(),
                             tree.root()};
      batch.checkpoints.push_back({log, tree.size(), key.sign_note(point.text())});
    }
  }
};

Rows small(const Small& of = {}) { return Rows(small_ledger(memory_store(), of)->store()); }

// The finding that a change of the rows leaves; "" if none.
template <class Change>
std::string found_after(Change change) {
  Rows rows = small();
  change(rows.batch);
  const Verified found = rows.verified();
  return found.good() ? "" : found.findings.front();
}

bool says(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST(Verify, AnHonestRunPasses) {
  const auto run = small_ledger(memory_store());
  const Verified found = verify(run->store(), {});
  EXPECT_TRUE(found.good()) << found.findings.front();
  EXPECT_EQ(found.entries, 11);
  EXPECT_EQ(found.margin_entries, 2);
  EXPECT_EQ(found.blobs, 1);
  EXPECT_EQ(found.checkpoints, 6);
  EXPECT_TRUE(found.sealed);
  EXPECT_FALSE(found.pinned);
  EXPECT_EQ(found.origin, "wood/small");
  EXPECT_EQ(found.signer, test_key().verifier().text());
  EXPECT_EQ(found.record_root, hex(run->record_root()));
  EXPECT_EQ(found.margin_root, hex(run->margin_root()));
  EXPECT_FALSE(small({.sealed = false}).verified().sealed);
}

TEST(Verify, APinnedKeyMustBeTheSigner) {
  EXPECT_TRUE(small().verified({.key = test_key().verifier()}).good());
  EXPECT_TRUE(small().verified({.key = test_key().verifier()}).pinned);
  const SigningKey forger = *SigningKey::generate("test");
  EXPECT_FALSE(small().verified({.key = forger.verifier()}).good());
  // A forger who signs with his own key, and names himself, is believed by who pins no key.
  Rows rows = small();
  rows.batch.margin[0] = encode_margin(
      0, Seq{0}, Json::object({{"kind", "signer"}, {"vkey", forger.verifier().text()}}));
  rows.sign(forger);
  EXPECT_TRUE(rows.verified().good());
  EXPECT_FALSE(rows.verified({.key = test_key().verifier()}).good());
}

TEST(Verify, NamesTheEntryThatWasChanged) {
  EXPECT_TRUE(says(found_after([](Batch& b) { b.record[4] += " "; }), "entry 4: "));
  EXPECT_TRUE(says(found_after([](Batch& b) { std::swap(b.record[4], b.record[5]); }),
                   "entry 4: is out of its place"));
  EXPECT_TRUE(
      says(found_after([](Batch& b) { b.record[4] = replace_all(b.record[4], "hello", "jello"); }),
           "checkpoint of the record at 10: the root"));
  EXPECT_TRUE(says(found_after([](Batch& b) { b.record.clear(); }), "the record is empty"));
}

TEST(Verify, JudgesTheMargin) {
  const auto margin = [](const std::string& row) {
    return found_after([&](Batch& b) { b.margin[1] = row; });
  };
  for (const char* bad :
       {"", "[]", "{}", R"({"about":4,"body":{},"seq":2})", R"({"about":11,"body":{},"seq":1})",
        R"({"about":-1,"body":{},"seq":1})", R"({"about":4,"body":1,"seq":1})",
        R"({"about":4,"body":{},"seq":1,"x":1})", R"({"about":4, "body":{},"seq":1})"})
    EXPECT_TRUE(says(margin(bad), "margin entry 1: ")) << bad;
  EXPECT_TRUE(says(margin(R"({"about":4,"body":{},"seq":1})"), "checkpoint of the margin"));
}

TEST(Verify, JudgesBlobs) {
  EXPECT_TRUE(says(found_after([](Batch& b) { b.blobs.clear(); }), "entry 1: blob"));
  EXPECT_TRUE(
      says(found_after([](Batch& b) { b.blobs.push_back("orphan"); }), "no entry names it"));
  Rows rows = small();
  rows.batch.record[1] = replace_all(rows.batch.record[1], "\"bytes\":9001", "\"bytes\":9000");
  rows.sign();
  EXPECT_TRUE(says(rows.verified().findings.front(), "is not as long as entry 1 says"));
}

TEST(Verify, TwoEntriesMustAgreeOnABlob) {
  const auto run = *Ledger::create(memory_store(), {"small", test_key()});
  const std::string digest = run->blob("xy");
  const auto named = [&](int bytes) {
    return Json::object({{"a", Json::object({{"bytes", bytes}, {"sha256", digest}})}});
  };
  run->append({EntryKind::genesis, "world", {}, 0, named(2)});
  run->append({EntryKind::fact, "world", {Seq{0}}, 0, named(3)});
  ASSERT_TRUE(run->commit());
  EXPECT_TRUE(says(verify(run->store(), {}).findings.front(), "another length than entry 0"));
}

TEST(Verify, JudgesCheckpoints) {
  const auto checkpoint = [](auto change) { return found_after(change); };
  EXPECT_TRUE(says(checkpoint([](Batch& b) { b.checkpoints.clear(); }), "covers 0 of 11"));
  EXPECT_TRUE(says(checkpoint([](Batch& b) { b.checkpoints.resize(2); }), "covers 4 of 11"));
  EXPECT_TRUE(says(checkpoint([](Batch& b) { b.checkpoints[0].size = 9; }), "another size"));
  EXPECT_TRUE(says(checkpoint([](Batch& b) { std::swap(b.checkpoints[0], b.checkpoints[2]); }),
                   "is out of order"));
  EXPECT_TRUE(says(checkpoint([](Batch& b) { b.checkpoints[0].note = "x"; }), "not a signed note"));
  EXPECT_TRUE(
      says(checkpoint([](Batch& b) { b.checkpoints[0].note += "\xE2\x80\x94 n AAAAAAAA\n"; }),
           "not one signature but 2"));
  EXPECT_NE(checkpoint([](Batch& b) { b.checkpoints[1].log = Log::record; }), "");
}

TEST(Verify, JudgesOrigins) {
  const auto origin = [](const std::string& record, const std::string& margin) {
    Rows rows = small();
    rows.batch.checkpoints.clear();
    for (const Log log : {Log::record, Log::margin}) {
      Merkle tree;
      for (const Bytes& row : log == Log::record ? rows.batch.record : rows.batch.margin)
        tree.add(row);
      const Checkpoint point{log == Log::record ? record : margin, tree.size(), tree.root()};
      rows.batch.checkpoints.push_back({log, tree.size(), test_key().sign_note(point.text())});
    }
    const Verified found = rows.verified();
    return found.good() ? "" : found.findings.front();
  };
  EXPECT_EQ(origin("wood/a", "wood/a/margin"), "");
  EXPECT_TRUE(says(origin("wood/a", "wood/b/margin"), "another run"));
  EXPECT_TRUE(says(origin("wood/a", "wood/a"), "another log"));
  EXPECT_TRUE(says(origin("other/a", "other/a/margin"), "no run"));
}

TEST(Verify, ARunThatNamesNoSignerNeedsAPinnedKey) {
  Rows rows = small();
  rows.batch.margin[0] = encode_margin(0, Seq{0}, Json::object());
  rows.sign();
  EXPECT_TRUE(says(rows.verified().findings.front(), "does not name its signer"));
  EXPECT_TRUE(rows.verified({.key = test_key().verifier()}).good());
}

TEST(Verify, StopsAtSoManyFindings) {
  Rows rows = small();
  for (Bytes& row : rows.batch.record) row += " ";
  EXPECT_EQ(rows.verified({.findings_max = 3}).findings.size(), 3U);
  EXPECT_EQ(rows.verified({.findings_max = 3}).record_root, "");
  EXPECT_GT(rows.verified().findings.size(), 11U);
}

const Bytes& small_file() {
  static const Bytes bytes = [] {
    const Scratch scratch("verify.wood");
    (void)small_ledger(*sqlite_store(scratch.path(), Open::create));
    return *read_file(scratch.path());
  }();
  return bytes;
}

bool caught(const Bytes& bytes) {
  const auto store = sqlite_store_of(bytes);
  return !store || !verify(**store, {.findings_max = 1}).good();
}

// A stride of the file; trial/flip.cpp flips every byte.
TEST(RunFile, AFlippedByteIsCaughtOrChangesNoRow) {
  Bytes bytes = small_file();
  const Digest original = *logical_digest(**sqlite_store_of(bytes));
  int count = 0;
  for (std::size_t i = 0; i < bytes.size(); i += 41) {
    bytes[i] = static_cast<char>(~bytes[i]);
    if (caught(bytes)) ++count;
    else ASSERT_EQ(*logical_digest(**sqlite_store_of(bytes)), original) << "byte " << i;
    bytes[i] = static_cast<char>(~bytes[i]);
  }
  EXPECT_GT(count, static_cast<int>(bytes.size() / 410));
}

RC_GTEST_PROP(RunFile, AChangedBitIsCaughtOrChangesNoRow, ()) {
  static const Digest original = *logical_digest(**sqlite_store_of(small_file()));
  Bytes bytes = small_file();
  const auto at = *rc::gen::inRange<std::size_t>(0, bytes.size());
  bytes[at] = static_cast<char>(bytes[at] ^ (1 << *rc::gen::inRange(0, 8)));
  // Not in one RC_ASSERT: it evaluates both sides of an ||.
  const bool good = caught(bytes) || *logical_digest(**sqlite_store_of(bytes)) == original;
  RC_ASSERT(good);
}

RC_GTEST_PROP(RunFile, ACutFileIsCaught, ()) {
  Bytes bytes = small_file();
  bytes.resize(*rc::gen::inRange<std::size_t>(0, bytes.size()));
  RC_ASSERT(caught(bytes));
}

}  // namespace
}  // namespace wood
