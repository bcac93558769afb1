#include "core/result.h"

#include <gtest/gtest.h>

#include <set>

#include "core/check.h"

namespace wood {
namespace {

Result<int> half(int n) {
  if (n % 2 != 0) return fail(Errc::usage, std::to_string(n) + " is odd");
  return n / 2;
}
Result<int> quarter(int n) {
  TRY(const int once, half(n));
  TRY(const int twice, half(once));
  return twice;
}
Status even(int n) {
  TRY_STATUS(half(n).map([](int) {}));
  return {};
}

TEST(Result, TryHandsTheErrorOn) {
  EXPECT_EQ(quarter(8).value(), 2);
  EXPECT_EQ(quarter(6).error().what, "3 is odd");
  EXPECT_TRUE(even(2));
  EXPECT_EQ(even(3).error().code, Errc::usage);
}

TEST(Result, DuringPutsThePlaceInFront) {
  const Error inner{Errc::io, "disk full"};
  EXPECT_EQ(inner.during("writing runs/a.wood").what, "writing runs/a.wood: disk full");
  EXPECT_EQ(Error(inner).during("b").during("a").what, "a: b: disk full");
  EXPECT_EQ(inner.during("x").code, Errc::io);
}

TEST(Result, EveryCodeHasANameOfItsOwn) {
  std::set<std::string> names;
  for (int code = 0; code <= static_cast<int>(Errc::limit); ++code)
    names.insert(name(static_cast<Errc>(code)));
  EXPECT_EQ(names.size(), static_cast<std::size_t>(Errc::limit) + 1);
  EXPECT_FALSE(names.contains("unknown"));
}

TEST(CheckDeathTest, SaysWhatAndWhere) {
  EXPECT_DEATH(check_failed("a < b", "book.cpp", 12),
               "wood: internal error: a < b does not hold \\(book.cpp:12\\)");
}

}  // namespace
}  // namespace wood
