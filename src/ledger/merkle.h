// The Merkle tree of RFC 6962 §2.1 (the same as RFC 9162 §2.1): leaf = SHA-256(0x00 ‖ entry),
// node = SHA-256(0x01 ‖ left ‖ right), the left subtree of n leaves having the largest power of two
// below n. Proofs and their verifiers are those of RFC 9162 §2.1.3 and §2.1.4.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "core/result.h"
#include "core/sha256.h"

namespace wood {

Digest leaf_hash(ByteView entry);
Digest node_hash(const Digest& left, const Digest& right);

// The root of a tree that only grows: what it keeps grows as the tree's depth.
class MerkleFrontier {
 public:
  void add(ByteView entry) { add_leaf(leaf_hash(entry)); }
  void add_leaf(const Digest& leaf);
  [[nodiscard]] std::int64_t size() const { return size_; }
  // Of no leaves: SHA-256 of nothing.
  [[nodiscard]] Digest root() const;

 private:
  std::int64_t size_ = 0;
  std::vector<Digest> peaks_;  // of the complete subtrees, the largest first
};

// The whole tree: 64 bytes a leaf, and any root or proof at once.
class Merkle {
 public:
  void add(ByteView entry) { add_leaf(leaf_hash(entry)); }
  void add_leaf(const Digest& leaf);
  [[nodiscard]] std::int64_t size() const {
    return rows_.empty() ? 0 : static_cast<std::int64_t>(rows_[0].size());
  }
  [[nodiscard]] Digest root() const { return root(size()); }
  // Root of the first `size` leaves; of none: SHA-256 of nothing. CHECK: size <= size().
  [[nodiscard]] Digest root(std::int64_t size) const;
  // Audit path of leaf `index` in the tree of the first `size` leaves, nearest sibling first.
  [[nodiscard]] std::vector<Digest> inclusion(std::int64_t index, std::int64_t size) const;
  // Proof that the first `old_size` leaves are a prefix of the first `size`.
  [[nodiscard]] std::vector<Digest> consistency(std::int64_t old_size, std::int64_t size) const;

 private:
  friend class MerkleTiles;
  [[nodiscard]] Digest range(std::int64_t begin, std::int64_t end) const;
  void consistency(std::int64_t m, std::int64_t begin, std::int64_t end, bool whole,
                   std::vector<Digest>& out) const;
  std::vector<std::vector<Digest>> rows_;  // rows_[k][i]: complete subtree of 2^k leaves from i·2^k
};

// The tree without its six lowest rows: a byte a leaf; a path reads at most 126 leaves again, a
// root 63.
class MerkleTiles {
 public:
  // Gives the hash of a leaf that was added; its failures are those of root() and inclusion().
  using Leaf = std::function<Result<Digest>(std::int64_t index)>;
  explicit MerkleTiles(Leaf leaf) : leaf_(std::move(leaf)) {}

  void add(ByteView entry);
  [[nodiscard]] std::int64_t size() const;
  // As Merkle's.
  [[nodiscard]] Result<Digest> root(std::int64_t size) const;
  [[nodiscard]] Result<std::vector<Digest>> inclusion(std::int64_t index, std::int64_t size) const;

 private:
  [[nodiscard]] Result<Digest> range(std::int64_t begin, std::int64_t end) const;
  Leaf leaf_;
  Merkle tiles_;         // its leaves are the roots of 64 leaves each
  MerkleFrontier last_;  // the tile that is not full
};

bool verify_inclusion(const Digest& leaf, std::int64_t index, std::int64_t size,
                      const std::vector<Digest>& path, const Digest& root);
bool verify_consistency(std::int64_t old_size, std::int64_t size, const Digest& old_root,
                        const Digest& root, const std::vector<Digest>& path);

}  // namespace wood
