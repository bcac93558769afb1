#include "core/rng.h"

#include <limits>
#include <utility>

#include "core/check.h"

namespace wood {
namespace {

struct Product {
  std::uint32_t high, low;
};
Product multiply(std::uint32_t a, std::uint32_t b) {
  const std::uint64_t product = static_cast<std::uint64_t>(a) * b;
  return {static_cast<std::uint32_t>(product >> 32), static_cast<std::uint32_t>(product)};
}

// SplitMix64's finisher (Steele, Lea, Flood 2014): spreads the seed and the purpose over the key.
std::uint64_t mix(std::uint64_t z) {
  z += 0x9e3779b97f4a7c15ULL;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

}  // namespace

std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter,
                                    std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const Product p0 = multiply(0xD2511F53U, counter[0]);
    const Product p1 = multiply(0xCD9E8D57U, counter[2]);
    counter = {p1.high ^ counter[1] ^ key[0], p1.low, p0.high ^ counter[3] ^ key[1], p0.low};
    key[0] += 0x9E3779B9U;
    key[1] += 0xBB67AE85U;
  }
  return counter;
}

Chance::Chance(std::uint64_t seed, std::string_view purpose, std::int64_t turn,
               std::int64_t entity) {
  const std::uint64_t key = mix(seed ^ mix(fnv1a(purpose)));
  key_ = {static_cast<std::uint32_t>(key), static_cast<std::uint32_t>(key >> 32)};
  const std::uint64_t base = mix(static_cast<std::uint64_t>(turn) ^
                                 mix(static_cast<std::uint64_t>(entity) + 0x51ED270B2F6B4D1DULL));
  base_ = {static_cast<std::uint32_t>(base), static_cast<std::uint32_t>(base >> 32)};
}

std::uint64_t Chance::bits(std::uint32_t n) const {
  const auto out = philox({n, 0, base_[0], base_[1]}, key_);
  return static_cast<std::uint64_t>(out[1]) << 32 | out[0];
}

std::int64_t Chance::below(std::int64_t bound, std::uint32_t n) const {
  CHECK(bound > 0);
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::int64_t>(static_cast<Wide>(bits(n)) * static_cast<std::uint64_t>(bound) >>
                                   64);
}

std::int64_t Chance::between(std::int64_t low, std::int64_t high, std::uint32_t n) const {
  CHECK(low <= high);
  std::int64_t count = 0;
  CHECK(!__builtin_sub_overflow(high, low, &count) &&
        count < std::numeric_limits<std::int64_t>::max());
  return low + below(count + 1, n);
}

bool Chance::ppm(std::int64_t millionths, std::uint32_t n) const {
  return below(1'000'000, n) < millionths;
}

std::vector<int> Chance::permutation(int count, std::uint32_t first) const {
  std::vector<int> order(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) order[static_cast<std::size_t>(i)] = i;
  for (int i = count - 1; i > 0; --i) {
    const auto j = below(i + 1, first++);
    std::swap(order[static_cast<std::size_t>(i)], order[static_cast<std::size_t>(j)]);
  }
  return order;
}

}  // namespace wood
