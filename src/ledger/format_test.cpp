// The worked example of docs/formats/ledger.md is a run, and its tables are those of the program.
#include <gtest/gtest.h>

#include "core/text.h"
#include "host/file.h"
#include "ledger/parents.h"
#include "ledger/proof.h"

namespace wood {
namespace {

class Format : public ::testing::Test {
 protected:
  Format() : text_(*read_file(WOOD_SOURCE_DIR "/docs/formats/ledger.md")) {}

  // The contents of the nth block of that kind.
  [[nodiscard]] std::string block(const std::string& kind, int nth = 0) const {
    const std::string fence = "```" + kind + "\n";
    std::size_t at = text_.find(fence);
    for (; nth > 0 && at != std::string::npos; --nth) at = text_.find(fence, at + 1);
    EXPECT_NE(at, std::string::npos) << kind;
    if (at == std::string::npos) return "";
    at += fence.size();
    return text_.substr(at, text_.find("```", at) - at);
  }
  [[nodiscard]] std::vector<std::string> lines(const std::string& kind) const {
    std::vector<std::string> out = split(block(kind), '\n');
    out.pop_back();
    return out;
  }
  [[nodiscard]] VerifierKey key() const { return *VerifierKey::parse(block("vkey")); }
  [[nodiscard]] bool has_line(const std::string& line) const {
    return text_.find("\n" + line + "\n") != std::string::npos;
  }
  std::string text_;
};

TEST_F(Format, EntriesOfTheExampleAreCanonicalAndCausedRightly) {
  ParentJudge judge;
  std::int64_t seq = 0;
  std::vector<BlobRef> blobs;
  for (const std::string& line : lines("record")) {
    const auto entry = decode(line);
    ASSERT_TRUE(entry) << entry.error().what;
    EXPECT_EQ(entry->seq, Seq{seq++});
    EXPECT_EQ(encode(*entry), line);
    const Status good = judge.next(*entry);
    EXPECT_TRUE(good) << good.error().what;
    for (const BlobRef& ref : blob_refs(entry->draft.body)) blobs.push_back(ref);
  }
  EXPECT_EQ(seq, 5);
  ASSERT_EQ(blobs.size(), 1U);
  const std::string payload = "Rain is coming to the honey meadow.\n";
  EXPECT_EQ(blobs[0].sha256, hex(sha256(payload)));
  EXPECT_EQ(blobs[0].bytes, static_cast<std::int64_t>(payload.size()));
}

TEST_F(Format, MarginOfTheExampleNamesTheSigner) {
  std::int64_t seq = 0;
  for (const std::string& line : lines("margin")) {
    const auto json = parse_json(line);
    ASSERT_TRUE(json) << line;
    EXPECT_EQ(encode_margin(seq++, Seq{json->at("about").integer()}, json->at("body")), line);
  }
  EXPECT_EQ(parse_json(lines("margin")[0])->at("body").at("vkey").string(), key().text());
}

TEST_F(Format, CheckpointsOfTheExampleAreSignedAndTrue) {
  int nth = 0;
  for (const char* log : {"record", "margin"}) {
    const auto note = parse_note(block("checkpoint", nth++));
    ASSERT_TRUE(note) << note.error().what;
    EXPECT_TRUE(verify_note(*note, key()));
    Merkle tree;
    for (const std::string& line : lines(log)) tree.add(line);
    const auto point = Checkpoint::parse(note->text);
    ASSERT_TRUE(point);
    EXPECT_EQ(point->size, tree.size());
    EXPECT_EQ(point->root, tree.root());
  }
}

TEST_F(Format, ProofOfTheExampleHolds) {
  const auto proof = Proof::parse(block("tlog-proof"));
  ASSERT_TRUE(proof) << proof.error().what;
  const auto proved = check_proof(*proof, key());
  ASSERT_TRUE(proved) << proved.error().what;
  EXPECT_EQ(proof->entry, lines("record")[3]);
}

std::string listed(const std::vector<EntryKind>& kinds) {
  std::vector<std::string> names;
  for (const EntryKind kind : kinds) names.emplace_back(name(kind));
  return names.empty() ? "–" : join(names, ", ");
}

std::string counted(const ParentRule& rule) {
  const std::string low = std::to_string(rule.at_least);
  if (rule.at_most < 0) return low + " or more";
  return rule.at_most == rule.at_least ? low : low + " or " + std::to_string(rule.at_most);
}

TEST_F(Format, TheTableOfCausesIsTheProgramsOwn) {
  for (const ParentRule& rule : parent_rules()) {
    const std::string row = std::string("| ") + name(rule.kind) + " | " + listed(rule.may) + " | " +
                            counted(rule) + " | " + listed(rule.one_of) + " | " +
                            listed(rule.some_of) + " |";
    EXPECT_TRUE(has_line(row)) << "docs/formats/ledger.md lacks the line\n" << row;
  }
}

TEST_F(Format, EveryKindIsExplained) {
  for (int i = 0; i < kEntryKinds; ++i) {
    const std::string kind = name(static_cast<EntryKind>(i));
    EXPECT_NE(text_.find("\n| `" + kind + "` | "), std::string::npos) << kind;
  }
}

}  // namespace
}  // namespace wood
