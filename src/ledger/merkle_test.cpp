#include "ledger/merkle.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "ledger/key.h"

namespace wood {
namespace {

// The tree as RFC 6962 §2.1 defines it, word for word and slow.
Digest slow_root(const std::vector<Bytes>& entries) {
  if (entries.empty()) return sha256("");
  if (entries.size() == 1) return leaf_hash(entries[0]);
  std::size_t k = 1;
  while (2 * k < entries.size()) k *= 2;
  return node_hash(slow_root({entries.begin(), entries.begin() + static_cast<std::ptrdiff_t>(k)}),
                   slow_root({entries.begin() + static_cast<std::ptrdiff_t>(k), entries.end()}));
}

std::vector<Bytes> words(int count) {
  std::vector<Bytes> out;
  for (int i = 0; i < count; ++i) out.push_back("entry " + std::to_string(i));
  return out;
}

// The eight leaves and the roots of the test vectors that Certificate Transparency logs share.
TEST(Merkle, KnownAnswers) {
  const std::vector<std::string> leaves = {"", "00", "10", "2021", "3031", "40414243", "5051525354555657",
                                           "606162636465666768696a6b6c6d6e6f"};
  Merkle tree;
  EXPECT_EQ(hex(tree.root()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  for (const std::string& leaf : leaves) tree.add(*from_hex(leaf));
  EXPECT_EQ(hex(tree.root(1)), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
  EXPECT_EQ(hex(tree.root(2)), "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125");
  EXPECT_EQ(hex(tree.root(8)), "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
}

TEST(Merkle, EveryProofOfEveryTreeUpTo40) {
  Merkle tree;
  const auto entries = words(40);
  for (const Bytes& entry : entries) tree.add(entry);
  for (std::int64_t size = 1; size <= 40; ++size) {
    ASSERT_EQ(tree.root(size), slow_root({entries.begin(), entries.begin() + size}));
    for (std::int64_t i = 0; i < size; ++i) {
      auto path = tree.inclusion(i, size);
      const Digest leaf = leaf_hash(entries[static_cast<std::size_t>(i)]);
      ASSERT_TRUE(verify_inclusion(leaf, i, size, path, tree.root(size)));
      ASSERT_FALSE(verify_inclusion(leaf_hash("forged"), i, size, path, tree.root(size)));
      if (size > 1) {
        path.back()[7] ^= 1;
        ASSERT_FALSE(verify_inclusion(leaf, i, size, path, tree.root(size)));
      }
    }
    for (std::int64_t old = 0; old <= size; ++old) {
      const auto path = tree.consistency(old, size);
      ASSERT_TRUE(verify_consistency(old, size, tree.root(old), tree.root(size), path)) << old << " " << size;
      if (old > 0 && old < size) {
        ASSERT_FALSE(verify_consistency(old, size, leaf_hash("forged"), tree.root(size), path));
      }
    }
  }
}

RC_GTEST_PROP(Merkle, IsTheSlowTree, (const std::vector<std::string>& entries)) {
  Merkle tree;
  for (const std::string& entry : entries) tree.add(entry);
  RC_ASSERT(tree.root() == slow_root(entries));
}

TEST(Key, ReadsWhatItWrites) {
  const SigningKey key = *SigningKey::generate("wood");
  EXPECT_EQ(SigningKey::parse(key.secret_text())->verifier(), key.verifier());
  EXPECT_EQ(*VerifierKey::parse(key.verifier().text()), key.verifier());
  EXPECT_FALSE(VerifierKey::parse("wood+00000000+AAAA"));
  EXPECT_FALSE(SigningKey::parse("wood"));
  EXPECT_FALSE(SigningKey::generate("two words"));
}

// The example of Go's sumdb/note documentation, whose format C2SP signed-note describes.
TEST(Key, ForeignNoteVerifies) {
  const auto key = VerifierKey::parse("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
  ASSERT_TRUE(key) << key.error().what;
  const auto note = parse_note(
      "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
      "\xE2\x80\x94 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n");
  ASSERT_TRUE(note) << note.error().what;
  EXPECT_TRUE(verify_note(*note, *key));
}

TEST(Key, ChangedNoteFails) {
  const SigningKey key = *SigningKey::generate("wood");
  const std::string signed_text = key.sign_note("origin\n1\nroot\n");
  auto note = *parse_note(signed_text);
  EXPECT_TRUE(verify_note(note, key.verifier()));
  note.text[0] = 'O';
  EXPECT_FALSE(verify_note(note, key.verifier()));
  EXPECT_FALSE(verify_note(*parse_note(signed_text), SigningKey::generate("wood")->verifier()));
}

TEST(Checkpoint, ReadsWhatItWrites) {
  const Checkpoint point{"wood/x", 12, sha256("a")};
  const auto read = Checkpoint::parse(point.text());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->text(), point.text());
  for (const char* bad : {"", "a\n1\n", "a\n01\nAA==\n", "a\n-1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"})
    EXPECT_FALSE(Checkpoint::parse(bad)) << bad;
}

}  // namespace
}  // namespace wood
