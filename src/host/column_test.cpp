#include "host/column.h"

#include <gtest/gtest.h>

#include "host/testing.h"

namespace wood {
namespace {

struct Row {
  std::int64_t number = 0, square = 0;
};
Row row(std::int64_t i) { return {i, i * i}; }

std::shared_ptr<ScratchFile> scratch() { return *ScratchFile::create(::testing::TempDir()); }

TEST(Column, GivesBackEveryRowInAnyOrder) {
  Column<Row> column(scratch());
  constexpr std::int64_t kRows = 5'000;  // ten blocks, nearly
  for (std::int64_t i = 0; i < kRows; ++i) column.push(row(i));
  ASSERT_EQ(column.size(), 5'000U);
  for (std::int64_t i = 0; i < kRows; ++i) {
    const std::int64_t at = i * 2'741 % kRows;
    EXPECT_EQ(column[static_cast<std::size_t>(at)].square, at * at);
  }
  EXPECT_EQ(column.back().number, kRows - 1);
}

TEST(Column, ARowIsReplacedWhereverItLies) {
  Column<Row> column(scratch());
  for (std::int64_t i = 0; i < 2'000; ++i) column.push(row(i));
  EXPECT_EQ(column[3].square, 9);  // its block is the one that was read last
  column.set(3, {3, -1});
  column.set(1'024, {1'024, -2});
  column.set(1'999, {1'999, -3});
  EXPECT_EQ(column[3].square, -1);
  EXPECT_EQ(column[1'024].square, -2);
  EXPECT_EQ(column[3].square, -1);  // read again
  EXPECT_EQ(column[1'999].square, -3);
}

TEST(Column, FindsWhereWhatHoldsEnds) {
  Column<Row> column(scratch());
  EXPECT_EQ(column.partition_point([](const Row&) { return true; }), 0U);
  for (std::int64_t i = 0; i < 3'000; ++i) column.push(row(i / 3));
  for (const std::int64_t below : {0, 1, 500, 999, 1'000, 9'999})
    EXPECT_EQ(column.partition_point([&](const Row& r) { return r.number < below; }),
              static_cast<std::size_t>(std::min<std::int64_t>(3'000, below * 3)));
}

TEST(Column, ACopyStaysAsItWas) {
  Column<Row> column(scratch());
  for (std::int64_t i = 0; i < 700; ++i) column.push(row(i));
  const Column<Row> copy = column;
  for (std::int64_t i = 700; i < 2'000; ++i) column.push(row(-i));
  ASSERT_EQ(copy.size(), 700U);
  for (std::int64_t i = 0; i < 700; ++i) EXPECT_EQ(copy[static_cast<std::size_t>(i)].square, i * i);
}

TEST(Column, AFullDiskLosesNoRow) {
  const auto file = scratch();
  Column<Row> column(file);
  {
    const testing::FullDisk full(20'000);  // two blocks and a half
    for (std::int64_t i = 0; i < 4'000; ++i) column.push(row(i));
  }
  EXPECT_EQ(file->written().error().code, Errc::io);
  EXPECT_TRUE(file->readable());
  ASSERT_EQ(column.size(), 4'000U);
  for (std::int64_t i = 0; i < 4'000; ++i)
    EXPECT_EQ(column[static_cast<std::size_t>(i)].square, i * i);
}

TEST(ScratchFile, HoldsBytesAndSaysWhatItCannotRead) {
  const auto file = *ScratchFile::anywhere();
  EXPECT_EQ(*file->add("one"), 0);
  EXPECT_EQ(*file->add("three"), 3);
  EXPECT_TRUE(file->write("TH", 3));
  char out[5];
  ASSERT_TRUE(file->read(out, 5, 3));
  EXPECT_EQ(std::string(out, 5), "THree");
  EXPECT_TRUE(file->readable());
  EXPECT_EQ(file->read(out, 5, 4).error().code, Errc::io);  // behind its end
  EXPECT_EQ(file->readable().error().code, Errc::io);
  EXPECT_EQ(ScratchFile::create("/nowhere/at/all").error().code, Errc::io);
}

}  // namespace
}  // namespace wood
