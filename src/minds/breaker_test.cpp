#include "minds/breaker.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace wood {
namespace {

using Verdict = Breaker::Verdict;
using End = Breaker::End;

constexpr std::int64_t kSecond = 1'000'000;

TEST(Breaker, opens_cools_probes_and_closes) {
  Breaker breaker;
  for (int i = 0; i < 4; ++i) breaker.ended(Verdict::send, End::dead, "refused", 0);
  breaker.ended(Verdict::send, End::alive, "", 0);
  for (int i = 0; i < 4; ++i) breaker.ended(Verdict::send, End::dead, "refused", 0);
  breaker.ended(Verdict::send, End::unknown, "late", 0);
  EXPECT_EQ(breaker.admit(0), Verdict::send) << "four in a row, and one that was only late";
  breaker.ended(Verdict::send, End::dead, "no route", 0);
  EXPECT_EQ(breaker.admit(0), Verdict::refuse);
  EXPECT_NE(breaker.words(0).find("after 5 asks in a row"), std::string::npos);
  EXPECT_NE(breaker.words(0).find("no route"), std::string::npos);

  breaker.ended(Verdict::send, End::dead, "late to say so", 20 * kSecond);
  EXPECT_TRUE(breaker.refuses(30 * kSecond - 1));
  EXPECT_FALSE(breaker.refuses(30 * kSecond));
  EXPECT_EQ(breaker.admit(30 * kSecond), Verdict::probe);
  EXPECT_EQ(breaker.admit(30 * kSecond), Verdict::hold);
  breaker.ended(Verdict::send, End::dead, "an ask of before", 31 * kSecond);
  EXPECT_EQ(breaker.admit(31 * kSecond), Verdict::hold) << "that was not the probe";
  breaker.ended(Verdict::probe, End::unknown, "late", 31 * kSecond);
  EXPECT_EQ(breaker.admit(90 * kSecond), Verdict::refuse) << "60 s now";
  EXPECT_EQ(breaker.admit(91 * kSecond), Verdict::probe);
  breaker.ended(Verdict::probe, End::alive, "", 92 * kSecond);
  EXPECT_EQ(breaker.admit(92 * kSecond), Verdict::send);
}

TEST(Breaker, an_answer_closes_it_whichever_ask_it_is_of) {
  Breaker breaker;
  for (int i = 0; i < 5; ++i) breaker.ended(Verdict::send, End::dead, "x", 0);
  EXPECT_TRUE(breaker.refuses(1));
  breaker.ended(Verdict::send, End::alive, "", 2);
  EXPECT_EQ(breaker.admit(2), Verdict::send);
}

// Whatever happens: at most one probe at once, and who waits long enough is let through.
RC_GTEST_PROP(Breaker, somebody_is_always_let_through_in_the_end, ()) {
  Breaker breaker({2, 10, 40});
  std::int64_t now = 0;
  int probes = 0;
  for (const int what : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 6))) {
    now += what * 3'000;
    const Verdict verdict = breaker.admit(now);
    if (verdict == Verdict::probe) RC_ASSERT(++probes == 1);
    if (what % 3 == 0 || probes == 0) continue;
    breaker.ended(Verdict::probe, what % 3 == 1 ? End::dead : End::unknown, "x", now);
    probes = 0;
  }
  if (probes > 0) breaker.ended(Verdict::probe, End::unknown, "x", now);
  const Verdict last = breaker.admit(now + 40'000);
  RC_ASSERT(last == Verdict::send || last == Verdict::probe);
}

}  // namespace
}  // namespace wood
