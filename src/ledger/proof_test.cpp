#include "ledger/proof.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/text.h"
#include "ledger/testing.h"

namespace wood {
namespace {

TEST(Proof, OfEveryEntryHoldsWithoutTheRun) {
  const auto run = small_ledger(memory_store(), {.turns = 2});
  const LedgerReader reader(run->store());
  for (std::int64_t seq = 0; seq < reader.size(); ++seq) {
    const auto proof = prove(reader, Seq{seq});
    ASSERT_TRUE(proof) << proof.error().what;
    const auto read = Proof::parse(proof->text());
    ASSERT_TRUE(read) << read.error().what;
    EXPECT_EQ(read->text(), proof->text());
    const auto proved = check_proof(*read, test_key().verifier());
    ASSERT_TRUE(proved) << proved.error().what;
    EXPECT_EQ(proved->entry.seq, Seq{seq});
    EXPECT_EQ(proved->origin, "wood/small");
    EXPECT_EQ(proved->size, reader.size());
    EXPECT_EQ(proved->root, run->record_root());
  }
}

TEST(Proof, HasTheShapeOfTheSpecification) {
  const auto run = small_ledger(memory_store());
  const Proof proof = *prove(LedgerReader(run->store()), Seq{4});
  const std::vector<std::string> lines = split(proof.text(), '\n');
  EXPECT_EQ(lines[0], "c2sp.org/tlog-proof@v1");
  EXPECT_EQ(lines[1], "extra " + base64(*run->store().entry(Log::record, 4)));
  EXPECT_EQ(lines[2], "index 4");
  EXPECT_EQ(proof.path.size(), 4U);
  EXPECT_EQ(lines[7], "");
  EXPECT_EQ(lines[8], "wood/small");
  EXPECT_EQ(lines[9], "11");
}

TEST(Proof, OfNothingIsRefused) {
  const auto run = small_ledger(memory_store());
  EXPECT_EQ(prove(LedgerReader(run->store()), Seq{11}).error().code, Errc::not_found);
  const auto bare = memory_store();
  ASSERT_TRUE(bare->commit({{"x"}, {}, {}, {}}));
  EXPECT_EQ(prove(LedgerReader(*bare), Seq{0}).error().code, Errc::integrity);
  // Rows that no checkpoint covers.
  ASSERT_TRUE(run->store().commit({{"x"}, {}, {}, {}}));
  EXPECT_EQ(prove(LedgerReader(run->store()), Seq{4}).error().code, Errc::integrity);
}

TEST(Proof, OfAnotherSignerFails) {
  const auto run = small_ledger(memory_store());
  const Proof proof = *prove(LedgerReader(run->store()), Seq{4});
  const auto proved = check_proof(proof, SigningKey::generate("test")->verifier());
  EXPECT_EQ(proved.error().code, Errc::integrity);
}

// The signer is the right one, and what he signed is not an entry of a run.
TEST(Proof, OfAnotherLogFails) {
  const auto of = [](const std::string& origin, const Bytes& entry, std::int64_t index) {
    Proof proof;
    proof.entry = entry;
    proof.index = index;
    Merkle tree;
    for (std::int64_t i = 0; i <= index; ++i) tree.add(entry);
    proof.path = tree.inclusion(index, index + 1);
    proof.checkpoint = test_key().sign_note(Checkpoint{origin, index + 1, tree.root()}.text());
    return check_proof(proof, test_key().verifier());
  };
  const Bytes entry = encode({Seq{0}, {EntryKind::genesis, "world", {}, 0, Json::object()}});
  EXPECT_TRUE(of("wood/x", entry, 0));
  EXPECT_EQ(of("example.com/log", entry, 0).error().code, Errc::integrity);
  EXPECT_EQ(of("wood/x", entry, 1).error().code, Errc::integrity) << "not in its place";
  EXPECT_EQ(of("wood/x", "no entry", 0).error().code, Errc::parse);
}

TEST(Proof, MalformedIsRefused) {
  const auto run = small_ledger(memory_store());
  const std::string good = prove(LedgerReader(run->store()), Seq{4})->text();
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string out = good;
    return out.replace(out.find(from), from.size(), to);
  };
  std::string deep = "c2sp.org/tlog-proof@v1\nextra AA==\nindex 0\n";
  for (int i = 0; i < 64; ++i) deep += base64(view(sha256(""))) + "\n";
  const std::string cases[] = {"",
                               "c2sp.org/tlog-proof@v1\n\n",
                               "c2sp.org/tlog-proof@v1\nextra AA==\n\n",
                               with("@v1", "@v2"),
                               with("extra ", "other "),
                               with("extra ", "extra ?"),
                               with("index 4", "index 04"),
                               with("index 4", "index -4"),
                               with("index 4", "index x"),
                               with("index 4\n", "index 4\nAAAA\n"),
                               deep + "\n"};
  for (const std::string& bad : cases)
    EXPECT_EQ(Proof::parse(bad).error().code, Errc::parse) << bad;
}

RC_GTEST_PROP(Proof, WithAnyByteChangedProvesNothing, ()) {
  static const auto run = small_ledger(memory_store());
  std::string text = prove(LedgerReader(run->store()), Seq{*rc::gen::inRange(0, 11)})->text();
  const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
  text[at] = static_cast<char>(text[at] ^ *rc::gen::inRange(1, 256));
  const auto proof = Proof::parse(text);
  // Not in one RC_ASSERT: it evaluates both sides of an ||.
  const bool holds = proof && check_proof(*proof, test_key().verifier());
  RC_ASSERT(!holds);
}

}  // namespace
}  // namespace wood
