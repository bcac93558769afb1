#include "core/sha256.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace wood {
namespace {

// FIPS 180-4 examples; the million letters from NIST's SHA-2 test page.
TEST(Sha256, KnownAnswers) {
  EXPECT_EQ(hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex(sha256(std::string(1'000'000, 'a'))),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

// RFC 6962, 2.1: the leaf of an empty entry is SHA-256(0x00).
TEST(Sha256, ThePrefixComesFirst) {
  EXPECT_EQ(hex(sha256(0x00, "")),
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
}

RC_GTEST_PROP(Sha256, PiecesMakeNoDifference, (const std::string& a, const std::string& b)) {
  Hasher hasher;
  hasher.add(std::string(1, '\x01'));
  hasher.add(a);
  hasher.add(b);
  const Digest whole = sha256("\x01" + a + b);
  RC_ASSERT(hasher.finish() == whole);
  RC_ASSERT(sha256(0x01, a, b) == whole);
}

TEST(Sha256, DigestFromHex) {
  const Digest digest = sha256("abc");
  EXPECT_EQ(digest_from_hex(hex(digest)), digest);
  EXPECT_FALSE(digest_from_hex(hex(digest) + "00"));
  EXPECT_FALSE(digest_from_hex(hex(digest).substr(2)));
  EXPECT_FALSE(digest_from_hex(std::string(64, 'x')));
}

}  // namespace
}  // namespace wood
