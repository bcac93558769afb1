#include "host/control_group.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace wood {
namespace {

class ControlGroup : public testing::Test {
 protected:
  void SetUp() override {
    root_ = testing::TempDir() + "/group_" +
            testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(root_);
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  void write(const std::string& path, const std::string& text) const {
    std::filesystem::create_directories(std::filesystem::path(root_ + path).parent_path());
    std::ofstream(root_ + path) << text;
  }
  [[nodiscard]] GroupLimits limits() const { return group_limits(root_); }

  std::string root_;
};

TEST_F(ControlGroup, NothingIsSetWhereNothingIsSaid) {
  EXPECT_EQ(limits().memory, 0);
  EXPECT_EQ(limits().cpu_milli, 0);
  write("/proc/self/cgroup", "0::/\n");
  write("/sys/fs/cgroup/cpu.max", "max 100000\n");
  write("/sys/fs/cgroup/memory.max", "max\n");
  EXPECT_EQ(limits().memory, 0);
  EXPECT_EQ(limits().cpu_milli, 0);
}

TEST_F(ControlGroup, TheSmallestLimitOnTheWayUpHolds) {
  write("/proc/self/cgroup", "0::/user.slice/app.scope\n");
  write("/sys/fs/cgroup/user.slice/app.scope/cpu.max", "250000 100000\n");
  write("/sys/fs/cgroup/user.slice/cpu.max", "150000 100000\n");
  write("/sys/fs/cgroup/user.slice/app.scope/memory.max", "1073741824\n");
  write("/sys/fs/cgroup/memory.max", "8589934592\n");
  EXPECT_EQ(limits().cpu_milli, 1'500);
  EXPECT_EQ(limits().memory, 1'073'741'824);
}

// As a container sees itself: its group is the root of what it can see.
TEST_F(ControlGroup, InAContainerTheRootItselfIsLimited) {
  write("/proc/self/cgroup", "0::/\n");
  write("/sys/fs/cgroup/cpu.max", "50000 100000\n");
  write("/sys/fs/cgroup/memory.max", "536870912\n");
  EXPECT_EQ(limits().cpu_milli, 500);
  EXPECT_EQ(limits().memory, 536'870'912);
}

TEST_F(ControlGroup, TheFirstVersionHasAHierarchyForEachController) {
  write("/proc/self/cgroup", "9:name=systemd:/x\n4:cpu,cpuacct:/docker/7\n2:memory:/docker/8\n");
  write("/sys/fs/cgroup/cpu/docker/7/cpu.cfs_quota_us", "300000\n");
  write("/sys/fs/cgroup/cpu/docker/7/cpu.cfs_period_us", "100000\n");
  write("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n");
  write("/sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
  write("/sys/fs/cgroup/memory/docker/8/memory.limit_in_bytes", "268435456\n");
  write("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  EXPECT_EQ(limits().cpu_milli, 3'000);
  EXPECT_EQ(limits().memory, 268'435'456);
}

TEST_F(ControlGroup, NonsenseIsNoLimit) {
  write("/proc/self/cgroup", "\nnothing\n0:\n0::\n");
  write("/sys/fs/cgroup/cpu.max", "many of them\n");
  write("/sys/fs/cgroup/memory.max", "-7\n");
  EXPECT_EQ(limits().cpu_milli, 0);
  EXPECT_EQ(limits().memory, 0);
}

}  // namespace
}  // namespace wood
