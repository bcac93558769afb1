#include "host/part_file.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "host/file.h"
#include "host/lock.h"

namespace wood {
namespace {

class PartFileTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "part-XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::string folder_;
};

TEST_F(PartFileTest, grows_over_two_lives_with_its_digest) {
  {
    auto part = PartFile::open(folder_ + "/x.part").value();
    ASSERT_TRUE(part->add("one "));
  }
  auto part = PartFile::open(folder_ + "/x.part").value();
  EXPECT_EQ(part->size(), 4);
  EXPECT_EQ(part->taken_up(), 4);
  ASSERT_TRUE(part->add("two"));
  EXPECT_EQ(hex(part->digest()), hex(sha256("one two")));
  ASSERT_TRUE(part->finish(folder_ + "/x"));
  EXPECT_EQ(read_file(folder_ + "/x").value_or(""), "one two");
  EXPECT_FALSE(file_exists(folder_ + "/x.part"));
}

TEST_F(PartFileTest, can_begin_again) {
  auto part = PartFile::open(folder_ + "/x").value();
  ASSERT_TRUE(part->add("wrong"));
  ASSERT_TRUE(part->restart());
  ASSERT_TRUE(part->add("ok"));
  EXPECT_EQ(hex(part->digest()), hex(sha256("ok")));
  EXPECT_EQ(read_file(folder_ + "/x").value_or(""), "ok");
}

TEST_F(PartFileTest, says_where_it_cannot_be) {
  const auto part = PartFile::open(folder_ + "/none/x");
  ASSERT_FALSE(part);
  EXPECT_NE(part.error().what.find("none/x: cannot open"), std::string::npos);
}

TEST_F(PartFileTest, a_lock_has_one_holder_at_a_time) {
  const std::string path = folder_ + "/x.lock";
  auto first = FileLock::attempt(path).value();
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(FileLock::attempt(path).value(), nullptr);
  first.reset();
  EXPECT_NE(FileLock::attempt(path).value(), nullptr);
  EXPECT_FALSE(FileLock::attempt(folder_ + "/none/x.lock"));
}

TEST_F(PartFileTest, a_link_is_pointed_elsewhere_in_one_go) {
  ASSERT_TRUE(write_file(folder_ + "/a", "A"));
  ASSERT_TRUE(write_file(folder_ + "/b", "B"));
  ASSERT_TRUE(point_link(folder_ + "/l", "a"));
  EXPECT_EQ(read_file(folder_ + "/l").value_or(""), "A");
  ASSERT_TRUE(point_link(folder_ + "/l", "b"));
  EXPECT_EQ(read_file(folder_ + "/l").value_or(""), "B");
  EXPECT_GT(free_bytes(folder_).value_or(0), 0);
  EXPECT_FALSE(free_bytes(folder_ + "/none"));
}

}  // namespace
}  // namespace wood
