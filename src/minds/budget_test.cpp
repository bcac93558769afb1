#include "minds/budget.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <set>

namespace wood {
namespace {

using State = Holder::State;
using Wish = Holder::Wish;

Holder asked(const std::string& mind, std::int64_t bytes, State state = State::resting,
             std::int64_t used = 0) {
  return {mind, bytes, used, state, Wish::asked};
}

TEST(Budget, WhatFitsIsAskedAtOnce) {
  const auto waves = plan_waves({asked("a", 4), asked("b", 6)}, 10);
  ASSERT_EQ(waves.size(), 1u);
  EXPECT_EQ(waves[0].ask, (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(waves[0].rest.empty());
  EXPECT_EQ(plan_waves({asked("a", 400), asked("b", 600)}, 0).size(), 1u);
}

TEST(Budget, WhoIsLoadedIsAskedFirstAndTheLeastRecentGivesWay) {
  const auto waves = plan_waves({{"old", 3, 1, State::loaded, Wish::none},
                                 {"new", 3, 2, State::loaded, Wish::none},
                                 asked("a", 4),
                                 asked("b", 4, State::loaded, 3)},
                                12);
  // 3 + 3 + 4 are held; a needs 4: the older of the two idle ones is enough.
  ASSERT_EQ(waves.size(), 1u);
  EXPECT_EQ(waves[0].rest, std::vector<std::string>{"old"});
  EXPECT_EQ(waves[0].ask, (std::vector<std::string>{"b", "a"}));
}

TEST(Budget, OneThatIsLargerThanAllStandsAlone) {
  const auto waves = plan_waves({asked("a", 4), asked("giant", 20), asked("scripted", 0)}, 10);
  ASSERT_EQ(waves.size(), 2u);
  EXPECT_EQ(waves[0].ask, (std::vector<std::string>{"scripted", "a"}));
  EXPECT_EQ(waves[1].rest, std::vector<std::string>{"a"});
  EXPECT_EQ(waves[1].ask, std::vector<std::string>{"giant"});
}

RC_GTEST_PROP(BudgetProperty, EverybodyIsAskedOnceAndTheLimitHolds, ()) {
  const auto count = *rc::gen::inRange(0, 8);
  const auto limit = *rc::gen::inRange<std::int64_t>(0, 30);
  std::vector<Holder> holders;
  std::map<std::string, std::int64_t> size;
  std::set<std::string> loaded, wanted;
  for (int i = 0; i < count; ++i) {
    Holder h{"m" + std::to_string(i), *rc::gen::inRange<std::int64_t>(0, 15),
             *rc::gen::inRange<std::int64_t>(0, 5), State::resting, Wish::none};
    if (*rc::gen::arbitrary<bool>()) h.state = State::loaded;
    if (*rc::gen::arbitrary<bool>()) h.wish = Wish::asked;
    size[h.mind] = h.bytes;
    if (h.state == State::loaded) loaded.insert(h.mind);
    if (h.wish == Wish::asked) wanted.insert(h.mind);
    holders.push_back(h);
  }
  std::set<std::string> waiting = wanted;
  const auto held = [&] {
    std::int64_t sum = 0;
    for (const std::string& mind : loaded) sum += size[mind];
    return sum;
  };
  std::int64_t before = held();
  for (const Wave& wave : plan_waves(holders, limit)) {
    RC_ASSERT(!wave.ask.empty());
    for (const std::string& mind : wave.rest) {
      RC_ASSERT(loaded.erase(mind) == 1);
      RC_ASSERT(waiting.count(mind) == 0);  // nothing is unloaded that is still to be asked
    }
    for (const std::string& mind : wave.ask) {
      RC_ASSERT(waiting.erase(mind) == 1);
      loaded.insert(mind);
    }
    std::int64_t heavy = 0;
    for (const std::string& mind : loaded) heavy += size[mind] > 0;
    RC_ASSERT(limit == 0 || held() <= std::max(limit, before) || heavy == 1);
    before = std::max(limit, held());
  }
  RC_ASSERT(waiting.empty());
}

}  // namespace
}  // namespace wood
