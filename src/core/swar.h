// Eight bytes of text as one word, for loops that look at as many at a time.
#pragma once

#include <cstdint>
#include <cstring>

namespace wood {

// In the host's byte order.
inline std::uint64_t eight_bytes(const char* at) {
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  return word;
}

inline constexpr std::uint64_t kHighBits = 0x8080808080808080U;  // of each of the eight

}  // namespace wood
