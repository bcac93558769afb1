// Finds a row by the SHA-256 of what it holds, in 10 to 20 bytes a row: 32 bits of the digest,
// mixed with a key that is another in each process, and the row's number, by open addressing.
// Whether a row with these bits is the one that is looked for, its owner says. A file made so that
// its digests begin alike is found through as fast as any other.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/sha256.h"

namespace wood {

class DigestIndex {
 public:
  static constexpr std::uint32_t kRowMax = 0xfffffffeU;
  // The digest that a ledger writes so: 64 digits in lower case.
  static std::optional<Digest> named(std::string_view text);

  // `same(row)`: whether that row is of this digest; asked once, as a rule.
  template <class Same>
  [[nodiscard]] std::optional<std::uint32_t> find(const Digest& digest, Same same) const {
    if (slots_.empty()) return std::nullopt;
    const std::uint32_t piece = piece_of(digest);
    for (std::size_t at = piece & mask(); slots_[at].row != kFree; at = (at + 1) & mask())
      if (slots_[at].piece == piece && same(slots_[at].row)) return slots_[at].row;
    return std::nullopt;
  }
  // One that is not there yet. CHECK: row <= kRowMax.
  void add(const Digest& digest, std::uint32_t row);
  [[nodiscard]] std::size_t size() const { return used_; }

 private:
  static constexpr std::uint32_t kFree = 0xffffffffU;
  struct Slot {
    std::uint32_t piece = 0, row = kFree;
  };
  [[nodiscard]] std::uint32_t piece_of(const Digest& digest) const;
  [[nodiscard]] std::size_t mask() const { return slots_.size() - 1; }
  void put(Slot slot);
  static std::uint64_t key();

  std::vector<Slot> slots_;  // a power of two, four fifths full at most
  std::size_t used_ = 0;
  std::uint64_t key_ = key();
};

}  // namespace wood
