#include "serve/gate.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "host/clock.h"

namespace wood::serve {
namespace {

// A world that does nothing but go through the gate.
class Walker {
 public:
  explicit Walker(GateOptions options) {
    options.on_pace = [this](Pace pace) { pace_ = static_cast<int>(pace); };
    options.on_rest = [this] { ++rests_; };
    gate_ = std::make_unique<Gate>(std::move(options), nullptr);
    thread_ = std::thread([this] {
      while (!gate_->wait()) {
        ++turns_;
        (void)gate_->take(turns_);
      }
    });
  }
  ~Walker() {
    gate_->quit();
    thread_.join();
  }
  Gate& gate() { return *gate_; }
  // Waits until the walker has gone through so often and shows that pace.
  bool reaches(int turns, Pace pace) {
    for (int i = 0; i < 2'000; ++i) {
      if (turns_ == turns && pace_ == static_cast<int>(pace)) return true;
      sleep_us(1'000);
    }
    return false;
  }
  std::atomic<int> turns_{0}, pace_{-1}, rests_{0};

 private:
  std::unique_ptr<Gate> gate_;
  std::thread thread_;
};

TEST(Gate, StepsPausesAndGoesOn) {
  Walker walker(
      {.first = Pace::paused, .turns_per_minute = 0, .on_rest = {}, .on_pace = {}, .on_take = {}});
  ASSERT_TRUE(walker.reaches(0, Pace::paused));
  EXPECT_FALSE(walker.gate().start()) << "it is not waiting for a start";
  EXPECT_FALSE(walker.gate().pause());
  ASSERT_TRUE(walker.gate().step(3));
  ASSERT_TRUE(walker.reaches(3, Pace::paused));
  EXPECT_GE(walker.rests_, 2) << "before it waits, what was played is made durable";
  ASSERT_TRUE(walker.gate().resume());
  EXPECT_FALSE(walker.gate().step(1)) << "it is under way";
  for (int i = 0; i < 2'000 && walker.turns_ < 10; ++i) sleep_us(1'000);
  ASSERT_TRUE(walker.gate().pause());
  for (int i = 0; i < 2'000 && walker.pace_ != static_cast<int>(Pace::paused); ++i) sleep_us(1'000);
  const int turns = walker.turns_;
  EXPECT_GE(turns, 10);
  sleep_us(20'000);
  EXPECT_EQ(walker.turns_, turns);
}

TEST(Gate, AReadyRunWaitsForItsStart) {
  Walker walker(
      {.first = Pace::ready, .turns_per_minute = 1, .on_rest = {}, .on_pace = {}, .on_take = {}});
  EXPECT_FALSE(walker.gate().resume());
  ASSERT_TRUE(walker.gate().start());
  ASSERT_TRUE(walker.reaches(1, Pace::running));
  sleep_us(20'000);
  EXPECT_EQ(walker.turns_, 1) << "a turn a minute";
  walker.gate().speed(0);
  for (int i = 0; i < 2'000 && walker.turns_ < 5; ++i) sleep_us(1'000);
  EXPECT_GE(walker.turns_, 5) << "the pace is changed while it waits";
}

TEST(Gate, CommandsAreTakenOnceInTheOrderTheyAreRecorded) {
  std::vector<std::int64_t> recorded;
  ListedInbox listed;
  listed.add(1, {"operator", Json::object({{"act", "enable"}})});
  Gate gate({.first = Pace::running,
             .turns_per_minute = 0,
             .on_rest = {},
             .on_pace = {},
             .on_take = [&](std::int64_t, std::vector<std::int64_t> ids) { recorded = ids; }},
            &listed);
  ASSERT_TRUE(gate.queue(1, {"patron", Json::object({{"act", "say"}})}));
  ASSERT_TRUE(gate.queue(2, {"operator", Json::object({{"act", "kill"}})}));
  EXPECT_EQ(gate.queued(), 2U);
  EXPECT_EQ(gate.take(1).size(), 3U);
  EXPECT_EQ(recorded, (std::vector<std::int64_t>{2, 0, 1})) << "the kill switch goes first";
  EXPECT_TRUE(gate.take(2).empty());
  for (std::size_t i = 0; i < kQueuedMax; ++i)
    ASSERT_TRUE(gate.queue(static_cast<std::int64_t>(i), {"patron", Json::object({})}));
  EXPECT_EQ(gate.queue(99, {"patron", Json::object({})}).error().code, Errc::limit);
}

}  // namespace
}  // namespace wood::serve
