#include "host/memory.h"

#include <gtest/gtest.h>

#include <cstring>
#include <memory>

namespace wood {
namespace {

TEST(Memory, ThePeakGrowsByWhatIsTouchedAndStaysBelowTheTotal) {
  const std::int64_t before = memory_peak();
  EXPECT_GT(before, 1 << 20);
  constexpr std::size_t size = 96U << 20;
  const std::unique_ptr<char[]> block(new char[size]);
  std::memset(block.get(), 1, size);
  EXPECT_EQ(block[size / 2], 1);
  EXPECT_GE(memory_peak(), before + static_cast<std::int64_t>(size) / 2);
  EXPECT_GT(memory_total(), memory_peak());
}

}  // namespace
}  // namespace wood
