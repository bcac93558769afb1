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

}  // namespace
}  // namespace wood
