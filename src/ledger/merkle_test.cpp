#include "ledger/merkle.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace wood {
namespace {

using Hexes = std::vector<std::string>;

// The tree as RFC 6962 §2.1 defines it, word for word and slow.
Digest slow_root(const std::vector<Bytes>& entries) {
  if (entries.empty()) return sha256("");
  if (entries.size() == 1) return leaf_hash(entries[0]);
  std::size_t k = 1;
  while (2 * k < entries.size()) k *= 2;
  const auto split = entries.begin() + static_cast<std::ptrdiff_t>(k);
  return node_hash(slow_root({entries.begin(), split}), slow_root({split, entries.end()}));
}

std::vector<Bytes> words(int count) {
  std::vector<Bytes> out;
  for (int i = 0; i < count; ++i) out.push_back("entry " + std::to_string(i));
  return out;
}

Hexes hexes(const std::vector<Digest>& digests) {
  Hexes out;
  for (const Digest& digest : digests) out.push_back(hex(digest));
  return out;
}

// The eight leaves, the roots and the proofs of the vectors that Certificate Transparency's
// implementations share.
class KnownTree : public ::testing::Test {
 protected:
  KnownTree() {
    for (const char* leaf : {"", "00", "10", "2021", "3031", "40414243", "5051525354555657",
                             "606162636465666768696a6b6c6d6e6f"})
      tree_.add(*from_hex(leaf));
  }
  Merkle tree_;
};

TEST_F(KnownTree, Roots) {
  const char* roots[] = {"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                         "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                         "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                         "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                         "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                         "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                         "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                         "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                         "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
  for (std::int64_t size = 0; size <= 8; ++size) EXPECT_EQ(hex(tree_.root(size)), roots[size]);
}

TEST_F(KnownTree, InclusionProofs) {
  EXPECT_EQ(hexes(tree_.inclusion(0, 8)),
            (Hexes{"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                   "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                   "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"}));
  EXPECT_EQ(hexes(tree_.inclusion(5, 8)),
            (Hexes{"bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                   "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                   "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"}));
  EXPECT_EQ(hexes(tree_.inclusion(2, 3)),
            (Hexes{"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"}));
  EXPECT_TRUE(tree_.inclusion(0, 1).empty());
}

TEST_F(KnownTree, ConsistencyProofs) {
  EXPECT_EQ(hexes(tree_.consistency(6, 8)),
            (Hexes{"0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                   "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                   "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"}));
  EXPECT_EQ(hexes(tree_.consistency(2, 5)),
            (Hexes{"5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                   "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"}));
  EXPECT_TRUE(tree_.consistency(8, 8).empty());
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
      ASSERT_FALSE(verify_inclusion(leaf, size, size, path, tree.root(size)));
      ASSERT_FALSE(verify_inclusion(leaf, -1, size, path, tree.root(size)));
      path.push_back(leaf);
      ASSERT_FALSE(verify_inclusion(leaf, i, size, path, tree.root(size)));
    }
    for (std::int64_t old = 0; old <= size; ++old) {
      const auto path = tree.consistency(old, size);
      ASSERT_TRUE(verify_consistency(old, size, tree.root(old), tree.root(size), path));
      ASSERT_FALSE(verify_consistency(size + 1, size, tree.root(old), tree.root(size), path));
    }
  }
}

RC_GTEST_PROP(Merkle, IsTheSlowTree, (const std::vector<std::string>& entries)) {
  Merkle tree;
  for (const std::string& entry : entries) tree.add(entry);
  RC_ASSERT(tree.root() == slow_root(entries));
}

// What keeps less of the tree says the same of it: at every size, and of every earlier one.
TEST(Merkle, FrontierAndTilesAreTheWholeTree) {
  const int count = 331;  // five tiles and a part of one
  const auto entries = words(count);
  Merkle whole;
  MerkleFrontier frontier;
  std::int64_t read = 0;
  MerkleTiles tiles([&](std::int64_t index) -> Result<Digest> {
    ++read;
    return leaf_hash(entries[static_cast<std::size_t>(index)]);
  });
  EXPECT_EQ(frontier.root(), whole.root());
  for (std::int64_t size = 1; size <= count; ++size) {
    const Bytes& entry = entries[static_cast<std::size_t>(size - 1)];
    whole.add(entry), frontier.add(entry), tiles.add(entry);
    ASSERT_EQ(frontier.size(), size);
    ASSERT_EQ(tiles.size(), size);
    ASSERT_EQ(frontier.root(), whole.root());
    ASSERT_EQ(*tiles.root(size), whole.root());
    for (const std::int64_t index : {std::int64_t{0}, size / 2, size - 1}) {
      read = 0;
      ASSERT_EQ(*tiles.inclusion(index, size), whole.inclusion(index, size))
          << index << " " << size;
      ASSERT_LE(read, 126);
    }
  }
  for (std::int64_t size = 0; size <= count; ++size) ASSERT_EQ(*tiles.root(size), whole.root(size));
  for (const std::int64_t size : {64, 65, 130, 320})
    for (std::int64_t index = 0; index < size; ++index)
      ASSERT_EQ(*tiles.inclusion(index, size), whole.inclusion(index, size))
          << index << " " << size;
}

TEST(Merkle, TilesHandOnThatALeafCannotBeRead) {
  MerkleTiles tiles([](std::int64_t) -> Result<Digest> { return fail(Errc::io, "gone"); });
  for (const Bytes& entry : words(70)) tiles.add(entry);
  EXPECT_TRUE(tiles.root(64));  // needs none
  EXPECT_EQ(tiles.root(70).error().code, Errc::io);
  EXPECT_EQ(tiles.inclusion(3, 64).error().code, Errc::io);
}

// A proof with anything changed proves nothing: one bit of it, of the leaf or of a root, or a
// digest too few.
RC_GTEST_PROP(Merkle, AChangedProofFails, ()) {
  Merkle tree;
  const int size = *rc::gen::inRange(2, 70);
  const auto entries = words(size);
  for (const Bytes& entry : entries) tree.add(entry);
  const int index = *rc::gen::inRange(0, size);
  const int old = *rc::gen::inRange(1, size);
  const auto bend = [](Digest digest) {
    digest[*rc::gen::inRange<std::size_t>(0, 32)] ^=
        static_cast<unsigned char>(1 << *rc::gen::inRange(0, 8));
    return digest;
  };
  auto path = tree.inclusion(index, size);
  const Digest leaf = leaf_hash(entries[static_cast<std::size_t>(index)]);
  RC_ASSERT(!verify_inclusion(bend(leaf), index, size, path, tree.root()));
  RC_ASSERT(!verify_inclusion(leaf, index, size, path, bend(tree.root())));
  Digest& step = path[*rc::gen::inRange<std::size_t>(0, path.size())];
  step = bend(step);
  RC_ASSERT(!verify_inclusion(leaf, index, size, path, tree.root()));
  path.pop_back();
  RC_ASSERT(!verify_inclusion(leaf, index, size, path, tree.root()));

  auto proof = tree.consistency(old, size);
  RC_ASSERT(!verify_consistency(old, size, bend(tree.root(old)), tree.root(), proof));
  RC_ASSERT(!verify_consistency(old, size, tree.root(old), bend(tree.root()), proof));
  Digest& link = proof[*rc::gen::inRange<std::size_t>(0, proof.size())];
  link = bend(link);
  RC_ASSERT(!verify_consistency(old, size, tree.root(old), tree.root(), proof));
  proof.pop_back();
  RC_ASSERT(!verify_consistency(old, size, tree.root(old), tree.root(), proof));
}

}  // namespace
}  // namespace wood
