// SHA-256 (FIPS 180-4), by OpenSSL.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "core/bytes.h"

namespace wood {

using Digest = std::array<unsigned char, 32>;

Digest sha256(ByteView bytes);
// SHA-256 of a prefix byte followed by one or two parts: the shape of Merkle leaves and nodes.
Digest sha256(unsigned char prefix, ByteView first, ByteView second = {});

inline ByteView view(const Digest& d) {
  return {reinterpret_cast<const char*>(d.data()), d.size()};
}
inline std::string hex(const Digest& d) { return hex(view(d)); }
std::optional<Digest> digest_from_hex(std::string_view text);

// A digest fed in pieces. Not copyable; finish() once.
class Hasher {
 public:
  Hasher();
  ~Hasher();
  Hasher(const Hasher&) = delete;
  Hasher& operator=(const Hasher&) = delete;
  void add(ByteView bytes);
  Digest finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace wood
