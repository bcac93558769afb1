#include "host/digest.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "host/file.h"

namespace wood {
namespace {

TEST(FileDigest, IsThatOfItsBytes) {
  const std::string path = ::testing::TempDir() + "wood-digest-" + std::to_string(::getpid());
  EXPECT_EQ(file_sha256(path).error().code, Errc::not_found);
  const Bytes bytes(3'000'000, 'x');  // more than one piece
  ASSERT_TRUE(write_file(path, bytes));
  EXPECT_EQ(*file_sha256(path), sha256(bytes));
  EXPECT_EQ(*file_sha256(path), sha256(bytes));
  ASSERT_TRUE(write_file(path, "other"));
  EXPECT_EQ(*file_sha256(path), sha256("other")) << "another size is another file";
  ASSERT_TRUE(remove_file(path));
}

}  // namespace
}  // namespace wood
