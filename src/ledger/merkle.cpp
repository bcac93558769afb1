#include "ledger/merkle.h"

#include <bit>

#include "core/check.h"

namespace wood {
namespace {

// The largest power of two below n, n > 1.
std::int64_t split_of(std::int64_t n) {
  return static_cast<std::int64_t>(std::bit_floor(static_cast<std::uint64_t>(n - 1)));
}

// What the digests of an audit path stand for: leaves from begin to before end, nearest first.
struct Span {
  std::int64_t begin, end;
};
std::vector<Span> audit_path(std::int64_t index, std::int64_t count) {
  std::vector<Span> path;
  std::int64_t begin = 0;
  std::int64_t end = count;
  while (end - begin > 1) {
    const std::int64_t split = begin + split_of(end - begin);
    if (index < split) {
      path.push_back({split, end});
      end = split;
    } else {
      path.push_back({begin, split});
      begin = split;
    }
  }
  return {path.rbegin(), path.rend()};
}

constexpr int kTileRow = 6;
constexpr std::int64_t kTile = 1 << kTileRow;

}  // namespace

Digest leaf_hash(ByteView entry) { return sha256(0x00, entry); }
Digest node_hash(const Digest& left, const Digest& right) {
  return sha256(0x01, view(left), view(right));
}

void MerkleFrontier::add_leaf(const Digest& leaf) {
  peaks_.push_back(leaf);
  // As a binary counter carries: two subtrees of the same size become one.
  for (std::int64_t carry = size_++; carry % 2 != 0; carry /= 2) {
    const Digest right = peaks_.back();
    peaks_.pop_back();
    peaks_.back() = node_hash(peaks_.back(), right);
  }
}

Digest MerkleFrontier::root() const {
  if (peaks_.empty()) return sha256("");
  Digest out = peaks_.back();
  for (std::size_t i = peaks_.size() - 1; i-- > 0;) out = node_hash(peaks_[i], out);
  return out;
}

void Merkle::add_leaf(const Digest& leaf) {
  Digest digest = leaf;
  for (std::size_t row = 0;; ++row) {
    if (row == rows_.size()) rows_.emplace_back();
    rows_[row].push_back(digest);
    const std::size_t count = rows_[row].size();
    if (count % 2 != 0) return;
    digest = node_hash(rows_[row][count - 2], rows_[row][count - 1]);
  }
}

Digest Merkle::range(std::int64_t begin, std::int64_t end) const {
  const std::int64_t count = end - begin;
  if (std::has_single_bit(static_cast<std::uint64_t>(count))) {
    const int row = std::countr_zero(static_cast<std::uint64_t>(count));
    return rows_[static_cast<std::size_t>(row)][static_cast<std::size_t>(begin >> row)];
  }
  const std::int64_t split = split_of(count);
  return node_hash(range(begin, begin + split), range(begin + split, end));
}

Digest Merkle::root(std::int64_t count) const {
  CHECK(count >= 0 && count <= size());
  return count == 0 ? sha256("") : range(0, count);
}

std::vector<Digest> Merkle::inclusion(std::int64_t index, std::int64_t count) const {
  CHECK(index >= 0 && index < count && count <= size());
  std::vector<Digest> path;
  for (const Span span : audit_path(index, count)) path.push_back(range(span.begin, span.end));
  return path;
}

void Merkle::consistency(std::int64_t m, std::int64_t begin, std::int64_t end, bool whole,
                         std::vector<Digest>& out) const {
  if (m == end - begin) {
    if (!whole) out.push_back(range(begin, end));
    return;
  }
  const std::int64_t split = split_of(end - begin);
  if (m <= split) {
    consistency(m, begin, begin + split, whole, out);
    out.push_back(range(begin + split, end));
  } else {
    consistency(m - split, begin + split, end, false, out);
    out.push_back(range(begin, begin + split));
  }
}

std::vector<Digest> Merkle::consistency(std::int64_t old_size, std::int64_t count) const {
  CHECK(old_size >= 0 && old_size <= count && count <= size());
  std::vector<Digest> out;
  if (old_size > 0 && old_size < count) consistency(old_size, 0, count, true, out);
  return out;
}

void MerkleTiles::add(ByteView entry) {
  last_.add(entry);
  if (last_.size() < kTile) return;
  tiles_.add_leaf(last_.root());
  last_ = {};
}

std::int64_t MerkleTiles::size() const { return tiles_.size() * kTile + last_.size(); }

// Subtrees begin at multiples of their size's power of two, so one that ends behind a tile begins
// with one.
Result<Digest> MerkleTiles::range(std::int64_t begin, std::int64_t end) const {
  const std::int64_t count = end - begin;
  if (count % kTile == 0) return tiles_.range(begin / kTile, end / kTile);
  if (count == 1) return leaf_(begin);
  const std::int64_t split = split_of(count);
  TRY(const Digest left, range(begin, begin + split));
  TRY(const Digest right, range(begin + split, end));
  return node_hash(left, right);
}

Result<Digest> MerkleTiles::root(std::int64_t count) const {
  CHECK(count >= 0 && count <= size());
  return count == 0 ? sha256("") : range(0, count);
}

Result<std::vector<Digest>> MerkleTiles::inclusion(std::int64_t index, std::int64_t count) const {
  CHECK(index >= 0 && index < count && count <= size());
  std::vector<Digest> path;
  for (const Span span : audit_path(index, count)) {
    TRY(const Digest digest, range(span.begin, span.end));
    path.push_back(digest);
  }
  return path;
}

bool verify_inclusion(const Digest& leaf, std::int64_t index, std::int64_t size,
                      const std::vector<Digest>& path, const Digest& root) {
  if (index < 0 || index >= size) return false;
  std::int64_t fn = index;
  std::int64_t sn = size - 1;
  Digest r = leaf;
  for (const Digest& p : path) {
    if (sn == 0) return false;
    if (fn % 2 == 1 || fn == sn) {
      r = node_hash(p, r);
      while (fn % 2 == 0 && fn != 0) fn >>= 1, sn >>= 1;
    } else {
      r = node_hash(r, p);
    }
    fn >>= 1;
    sn >>= 1;
  }
  return sn == 0 && r == root;
}

bool verify_consistency(std::int64_t old_size, std::int64_t size, const Digest& old_root,
                        const Digest& root, const std::vector<Digest>& path) {
  if (old_size < 0 || old_size > size) return false;
  if (old_size == size) return path.empty() && old_root == root;
  if (old_size == 0) return path.empty() && old_root == sha256("");
  std::vector<Digest> proof = path;
  if (std::has_single_bit(static_cast<std::uint64_t>(old_size)))
    proof.insert(proof.begin(), old_root);
  if (proof.empty()) return false;
  std::int64_t fn = old_size - 1;
  std::int64_t sn = size - 1;
  while (fn % 2 == 1) fn >>= 1, sn >>= 1;
  Digest fr = proof[0];
  Digest sr = proof[0];
  for (std::size_t i = 1; i < proof.size(); ++i) {
    if (sn == 0) return false;
    if (fn % 2 == 1 || fn == sn) {
      fr = node_hash(proof[i], fr);
      sr = node_hash(proof[i], sr);
      while (fn % 2 == 0 && fn != 0) fn >>= 1, sn >>= 1;
    } else {
      sr = node_hash(sr, proof[i]);
    }
    fn >>= 1;
    sn >>= 1;
  }
  return fr == old_root && sr == root && sn == 0;
}

}  // namespace wood
