#include "host/paths.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>

namespace wood {
namespace {

class Paths : public testing::Test {
 protected:
  void SetUp() override { unsetenv("WOOD_DATA"); }
  void TearDown() override { unsetenv("WOOD_DATA"); }
};

TEST_F(Paths, TheExecutableIsThere) {
  const auto dir = exe_dir();
  ASSERT_TRUE(dir);
  EXPECT_EQ(access((*dir + "/host_test").c_str(), X_OK), 0);
}

TEST_F(Paths, OutOfTheBuildFolderTheDataIsTheSourceTree) {
  const auto dir = data_dir();
  ASSERT_TRUE(dir);
  EXPECT_EQ(*dir, WOOD_SOURCE_DIR);
  EXPECT_EQ(access((*dir + "/scenarios/five-labs.toml").c_str(), R_OK), 0);
}

TEST_F(Paths, ANamedFolderComesFirst) {
  setenv("WOOD_DATA", WOOD_SOURCE_DIR "/.", 1);
  EXPECT_EQ(data_dir().value_or(""), WOOD_SOURCE_DIR "/.");
}

TEST_F(Paths, AWrongNamedFolderIsAnErrorAndNoFallback) {
  setenv("WOOD_DATA", "/nowhere", 1);
  const auto dir = data_dir();
  ASSERT_FALSE(dir);
  EXPECT_EQ(dir.error().code, Errc::not_found);
  EXPECT_NE(dir.error().what.find("/nowhere"), std::string::npos);
}

}  // namespace
}  // namespace wood
