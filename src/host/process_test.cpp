#include "host/process.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>

#include "host/file.h"

namespace wood {
namespace {

std::string log_of(const std::string& name) {
  return (std::filesystem::temp_directory_path() / ("wood-process-test-" + name)).string();
}

TEST(Process, ChildrenRunTogetherAndSayHowTheyEnded) {
  Children children;
  std::map<int, int> expected;
  const auto start = [&](const std::string& script, int exit, const std::string& log) {
    const auto pid = children.start({"/bin/sh", "-c", script}, log);
    ASSERT_TRUE(pid) << pid.error().what;
    expected[*pid] = exit;
  };
  start("echo told; echo wrong >&2; exit 3", 3, log_of("a"));
  start("kill -9 $$", 128 + 9, log_of("b"));
  start("i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done", 0, log_of("c"));
  EXPECT_EQ(children.running(), 3u);
  while (children.running() > 0) {
    const auto end = children.wait();
    ASSERT_TRUE(end);
    ASSERT_TRUE(expected.contains(end->first));
    EXPECT_EQ(end->second.exit, expected[end->first]);
    EXPECT_GT(end->second.wall_us, 0);
    EXPECT_GT(end->second.peak_bytes, 100'000);
    if (end->second.exit == 0) {
      EXPECT_GT(end->second.cpu_us, 0);
    }
  }
  EXPECT_EQ(read_file(log_of("a")).value(), "told\nwrong\n");
  for (const char* name : {"a", "b", "c"}) (void)remove_file(log_of(name));
}

TEST(Process, WhatIsNoProgramIsAnError) {
  Children children;
  const auto none = children.start({"/nowhere/program"}, log_of("d"));
  ASSERT_FALSE(none);
  EXPECT_NE(none.error().what.find("/nowhere/program"), std::string::npos);
  EXPECT_EQ(children.running(), 0u);
  (void)remove_file(log_of("d"));
}

TEST(Process, ThoseThatAreLeftAreStopped) {
  const std::string log = log_of("e");
  {
    Children children;
    ASSERT_TRUE(children.start({"/bin/sleep", "100"}, log));
  }  // would last as long as the sleep otherwise
  (void)remove_file(log);
}

}  // namespace
}  // namespace wood
