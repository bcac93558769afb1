#include "host/clock.h"

#include <gtest/gtest.h>

namespace wood {
namespace {

TEST(Clock, GoesOnWhileSleeping) {
  const std::int64_t before = now_us();
  sleep_us(3'000);
  EXPECT_GE(now_us() - before, 3'000);
  sleep_us(0);
  sleep_us(-1);
}

TEST(Clock, CountsWorkAndNotSleep) {
  const std::int64_t process = process_cpu_us();
  const std::int64_t thread = thread_cpu_us();
  volatile std::uint64_t sum = 0;
  while (thread_cpu_us() - thread < 2'000) sum = sum + 1;
  EXPECT_GE(process_cpu_us() - process, 2'000);
  EXPECT_GT(sum, 0U);
}

}  // namespace
}  // namespace wood
