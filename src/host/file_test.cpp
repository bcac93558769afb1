#include "host/file.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

namespace wood {
namespace {

namespace fs = std::filesystem;

class File : public ::testing::Test {
 protected:
  File() { fs::create_directories(folder_); }
  ~File() override { fs::remove_all(folder_); }
  [[nodiscard]] std::size_t count() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(folder_), fs::directory_iterator()));
  }
  static int mode(const std::string& path) {
    struct stat info {};
    EXPECT_EQ(::stat(path.c_str(), &info), 0);
    return static_cast<int>(info.st_mode & 0777);
  }
  std::string folder_ = ::testing::TempDir() + "wood-file-" + std::to_string(::getpid());
  std::string path_ = folder_ + "/file";
};

TEST_F(File, IsReadAsItWasWritten) {
  const Bytes bytes = std::string("\0\xFF\n", 3) + std::string(200'000, 'x');
  ASSERT_TRUE(write_file(path_, bytes));
  EXPECT_EQ(*read_file(path_), bytes);
  EXPECT_EQ(*file_size(path_), 200'003);
  ASSERT_TRUE(write_file(path_, ""));
  EXPECT_EQ(*read_file(path_), "");
  EXPECT_EQ(count(), 1U) << "nothing is left beside it";
}

TEST_F(File, ThatIsNotThereIsNotFound) {
  EXPECT_FALSE(file_exists(path_));
  EXPECT_EQ(read_file(path_).error().code, Errc::not_found);
  EXPECT_EQ(file_size(path_).error().code, Errc::not_found);
  EXPECT_EQ(write_file(path_ + "/below", "x").error().code, Errc::not_found);
  EXPECT_TRUE(remove_file(path_));
  EXPECT_FALSE(open_to_others(path_));
}

TEST_F(File, AFolderIsNoFile) {
  EXPECT_EQ(read_file(folder_).error().code, Errc::io);
  EXPECT_EQ(remove_file(folder_).error().code, Errc::io);
}

TEST_F(File, IsCreatedOnce) {
  ASSERT_TRUE(create_file(path_));
  EXPECT_EQ(*file_size(path_), 0);
  EXPECT_EQ(create_file(path_).error().code, Errc::exists);
  ASSERT_TRUE(remove_file(path_));
  EXPECT_FALSE(file_exists(path_));
}

// A limit on the size of files stands for a full disk.
TEST_F(File, ThatDoesNotFitLeavesTheOldOne) {
  ASSERT_TRUE(write_file(path_, "old"));
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto ignored = ::signal(SIGXFSZ, SIG_IGN);
  const rlimit tight{1'000, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &tight), 0);
  const Status full = write_file(path_, std::string(5'000, 'x'));
  const Status secret = write_secret(folder_ + "/secret", std::string(5'000, 'x'));
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  ::signal(SIGXFSZ, ignored);
  EXPECT_EQ(full.error().code, Errc::io);
  EXPECT_EQ(secret.error().code, Errc::io);
  EXPECT_EQ(*read_file(path_), "old");
  EXPECT_EQ(count(), 1U);
}

TEST_F(File, ASecretIsForItsOwnerAndNeverReplaced) {
  const std::string path = folder_ + "/a/b/secret";
  ASSERT_TRUE(write_secret(path, "one"));
  EXPECT_EQ(mode(path), 0600);
  EXPECT_EQ(mode(folder_ + "/a/b"), 0700);
  EXPECT_FALSE(open_to_others(path));
  EXPECT_EQ(write_secret(path, "two").error().code, Errc::exists);
  EXPECT_EQ(*read_file(path), "one");
  ASSERT_EQ(::chmod(path.c_str(), 0604), 0);
  EXPECT_TRUE(open_to_others(path));
}

TEST_F(File, FoldersAreMadeToAnyDepth) {
  ASSERT_TRUE(make_folders(folder_ + "/x/y/z"));
  ASSERT_TRUE(make_folders(folder_ + "/x/y/z"));
  ASSERT_TRUE(make_folders(""));
  ASSERT_TRUE(write_file(path_, "x"));
  EXPECT_EQ(make_folders(path_ + "/below").error().code, Errc::io);
}

TEST(Homes, FollowTheBaseDirectorySpecification) {
  const std::string home = ::getenv("HOME") != nullptr ? ::getenv("HOME") : "";
  ::setenv("HOME", "/home/fenn", 1);
  ::unsetenv("XDG_DATA_HOME");
  ::unsetenv("XDG_CONFIG_HOME");
  EXPECT_EQ(*data_home(), "/home/fenn/.local/share");
  EXPECT_EQ(*config_home(), "/home/fenn/.config");
  ::setenv("XDG_DATA_HOME", "/data", 1);
  EXPECT_EQ(*data_home(), "/data");
  ::setenv("XDG_DATA_HOME", "relative", 1);
  EXPECT_EQ(*data_home(), "/home/fenn/.local/share") << "a relative path must be ignored";
  ::unsetenv("XDG_DATA_HOME");
  ::unsetenv("HOME");
  EXPECT_EQ(data_home().error().code, Errc::environment);
  ::setenv("HOME", home.c_str(), 1);
}

}  // namespace
}  // namespace wood
