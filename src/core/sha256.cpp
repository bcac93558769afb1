#include "core/sha256.h"

// The one-shot functions use the low-level SHA256_* calls: an EVP context costs about as much as
// hashing a 200-byte entry. They are deprecated in OpenSSL 3 but kept for its whole life.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

#include <algorithm>

#include "core/check.h"

namespace wood {

struct Hasher::State {
  SHA256_CTX context;
};

Hasher::Hasher() : state_(std::make_unique<State>()) { CHECK(SHA256_Init(&state_->context) == 1); }
Hasher::~Hasher() = default;
void Hasher::add(ByteView bytes) {
  CHECK(SHA256_Update(&state_->context, bytes.data(), bytes.size()) == 1);
}
Digest Hasher::finish() {
  Digest out;
  CHECK(SHA256_Final(out.data(), &state_->context) == 1);
  return out;
}

Digest sha256(ByteView bytes) {
  Digest out;
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), out.data());
  return out;
}

Digest sha256(unsigned char prefix, ByteView first, ByteView second) {
  SHA256_CTX context;
  Digest out;
  CHECK(SHA256_Init(&context) == 1);
  CHECK(SHA256_Update(&context, &prefix, 1) == 1);
  CHECK(SHA256_Update(&context, first.data(), first.size()) == 1);
  CHECK(SHA256_Update(&context, second.data(), second.size()) == 1);
  CHECK(SHA256_Final(out.data(), &context) == 1);
  return out;
}

std::optional<Digest> digest_from_hex(std::string_view text) {
  const auto bytes = from_hex(text);
  if (!bytes || bytes->size() != 32) return std::nullopt;
  Digest out;
  std::transform(bytes->begin(), bytes->end(), out.begin(),
                 [](char c) { return static_cast<unsigned char>(c); });
  return out;
}

}  // namespace wood
