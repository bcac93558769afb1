// Chance without state. Every draw is a pure function of (seed, purpose, turn, entity, n), so
// adding an agent shifts nobody else's luck, and two casts under one seed share their random
// numbers.
//
// The generator is Philox4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel Random Numbers: As Easy as
// 1, 2, 3", SC 2011); the test holds its published known answers.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace wood {

// Philox4x32 with 10 rounds.
std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter,
                                    std::array<std::uint32_t, 2> key);

// One independent stream of draws. Copyable; n says which draw of the stream.
class Chance {
 public:
  // purpose: a short constant word such as "villager.side"; its FNV-1a hash is part of the key.
  Chance(std::uint64_t seed, std::string_view purpose, std::int64_t turn, std::int64_t entity);

  [[nodiscard]] std::uint64_t bits(std::uint32_t n) const;
  // Uniform in [0, bound), bound > 0, without bias worth naming (128-bit multiply, error <
  // 2^-64·bound).
  [[nodiscard]] std::int64_t below(std::int64_t bound, std::uint32_t n) const;
  // Uniform in [low, high], both included; at most 2^63 - 1 values.
  [[nodiscard]] std::int64_t between(std::int64_t low, std::int64_t high, std::uint32_t n) const;
  // True with a probability in parts per million.
  [[nodiscard]] bool ppm(std::int64_t millionths, std::uint32_t n) const;
  // A permutation of 0..count-1 (Fisher–Yates); uses draws n = first, first+1, …
  [[nodiscard]] std::vector<int> permutation(int count, std::uint32_t first = 0) const;

 private:
  std::array<std::uint32_t, 2> key_{};
  std::array<std::uint32_t, 2> base_{};
};

// 64-bit FNV-1a.
constexpr std::uint64_t fnv1a(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return hash;
}

}  // namespace wood
