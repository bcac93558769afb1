#include "ledger/digest_index.h"

#include <cstring>
#include <random>
#include <utility>

#include "core/check.h"

namespace wood {
namespace {

constexpr std::size_t kFirst = 64;  // slots

}  // namespace

std::optional<Digest> DigestIndex::named(std::string_view text) {
  const auto digest = digest_from_hex(text);
  return digest && hex(*digest) == text ? digest : std::nullopt;
}

std::uint64_t DigestIndex::key() {
  static const std::uint64_t key = [] {
    std::random_device source;
    return std::uint64_t(source()) << 32 | source();
  }();
  return key;
}

std::uint32_t DigestIndex::piece_of(const Digest& digest) const {
  std::uint64_t out = key_;
  for (std::size_t i = 0; i < digest.size(); i += sizeof out) {
    std::uint64_t word = 0;
    std::memcpy(&word, digest.data() + i, sizeof word);
    out = (out ^ word) * 0x9e3779b97f4a7c15U;
    out ^= out >> 32;
  }
  return static_cast<std::uint32_t>(out);
}

void DigestIndex::put(Slot slot) {
  std::size_t at = slot.piece & mask();
  while (slots_[at].row != kFree) at = (at + 1) & mask();
  slots_[at] = slot;
}

void DigestIndex::add(const Digest& digest, std::uint32_t row) {
  CHECK(row <= kRowMax);
  if ((used_ + 1) * 5 > slots_.size() * 4) {
    const std::vector<Slot> before =
        std::exchange(slots_, std::vector<Slot>(slots_.empty() ? kFirst : slots_.size() * 2));
    for (const Slot slot : before)
      if (slot.row != kFree) put(slot);
  }
  put({piece_of(digest), row});
  ++used_;
}

}  // namespace wood
