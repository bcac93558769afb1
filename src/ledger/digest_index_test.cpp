#include "ledger/digest_index.h"

#include <gtest/gtest.h>

#include <cstring>

namespace wood {
namespace {

Digest of(int row) { return sha256("row " + std::to_string(row)); }

TEST(DigestIndex, FindsEveryRowAndNoOther) {
  DigestIndex index;
  constexpr int kRows = 10'000;
  const auto find = [&](int row) {
    return index.find(of(row),
                      [&](std::uint32_t at) { return of(static_cast<int>(at)) == of(row); });
  };
  EXPECT_FALSE(find(0));
  for (int row = 0; row < kRows; ++row) index.add(of(row), static_cast<std::uint32_t>(row));
  EXPECT_EQ(index.size(), 10'000U);
  for (int row = 0; row < kRows; ++row) EXPECT_EQ(find(row), static_cast<std::uint32_t>(row));
  for (int row = kRows; row < 2 * kRows; ++row) EXPECT_FALSE(find(row));
}

// As somebody may write them into a file: its digests are not what they are said to be.
TEST(DigestIndex, DigestsThatAreAlikeButInAFewBytesAreFoundAsFastAsOthers) {
  DigestIndex index;
  constexpr std::uint32_t kRows = 50'000;
  std::vector<Digest> digests(kRows, of(1));
  std::int64_t asked = 0;
  for (std::uint32_t row = 0; row < kRows; ++row) {
    std::memcpy(digests[row].data() + 28, &row, sizeof row);
    const auto none = index.find(digests[row], [&](std::uint32_t) {
      ++asked;
      return false;
    });
    EXPECT_FALSE(none);
    index.add(digests[row], row);
  }
  EXPECT_LT(asked, 20);  // one in 2^32 pairs has the same bits
  for (std::uint32_t row = 0; row < kRows; ++row)
    ASSERT_EQ(
        index.find(digests[row], [&](std::uint32_t at) { return digests[at] == digests[row]; }),
        row);
}

TEST(DigestIndex, ANameIsWrittenInLowerCase) {
  const std::string name = hex(of(7));
  std::string loud = name;
  for (char& c : loud) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  EXPECT_EQ(DigestIndex::named(name), of(7));
  EXPECT_FALSE(DigestIndex::named(loud));
  EXPECT_FALSE(DigestIndex::named(name.substr(2)));
}

}  // namespace
}  // namespace wood
