#include "host/cores.h"

#include <gtest/gtest.h>
#include <sched.h>

namespace wood {
namespace {

TEST(Cores, are_those_this_process_may_run_on) {
  EXPECT_GE(core_count(), 1);
#ifdef __linux__
  cpu_set_t before, one;
  ASSERT_EQ(sched_getaffinity(0, sizeof before, &before), 0);
  CPU_ZERO(&one);
  for (int i = 0; i < CPU_SETSIZE && CPU_COUNT(&one) == 0; ++i)
    if (CPU_ISSET(i, &before)) CPU_SET(i, &one);
  ASSERT_EQ(sched_setaffinity(0, sizeof one, &one), 0);
  EXPECT_EQ(core_count(), 1);
  ASSERT_EQ(sched_setaffinity(0, sizeof before, &before), 0);
  EXPECT_LE(core_count(), CPU_COUNT(&before));
#endif
}

TEST(Cores, a_quota_is_rounded_up_to_whole_ones) {
  EXPECT_EQ(cores_within(8, 0), 8);
  EXPECT_EQ(cores_within(8, 500), 1);
  EXPECT_EQ(cores_within(8, 1'000), 1);
  EXPECT_EQ(cores_within(8, 2'001), 3);
  EXPECT_EQ(cores_within(2, 64'000), 2);
}

}  // namespace
}  // namespace wood
