#include "serve/gate.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "host/clock.h"

namespace wood::serve {
namespace {

constexpr std::int64_t kMinuteUs = 60'000'000;

}  // namespace

const char* name(Pace pace) {
  switch (pace) {
    case Pace::ready: return "ready";
    case Pace::running: return "running";
    case Pace::paused: return "paused";
  }
  return "?";
}

Status Gate::start() {
  const std::lock_guard lock(mutex_);
  if (pace_ != Pace::ready) return fail(Errc::exists, "the run has been started already");
  pace_ = Pace::running;
  changed_.notify_all();
  return {};
}

Status Gate::pause() {
  const std::lock_guard lock(mutex_);
  if (pace_ != Pace::running) return fail(Errc::exists, "the run is not under way");
  pace_ = Pace::paused;
  steps_ = -1;
  return {};
}

Status Gate::resume() {
  const std::lock_guard lock(mutex_);
  if (pace_ != Pace::paused) return fail(Errc::exists, "the run is not paused");
  pace_ = Pace::running;
  steps_ = -1;
  changed_.notify_all();
  return {};
}

Status Gate::step(std::int64_t turns) {
  const std::lock_guard lock(mutex_);
  if (pace_ == Pace::running) return fail(Errc::exists, "the run is under way: pause it first");
  pace_ = Pace::running;
  steps_ = turns;
  changed_.notify_all();
  return {};
}

void Gate::speed(std::int64_t turns_per_minute) {
  const std::lock_guard lock(mutex_);
  turns_per_minute_ = turns_per_minute;
  changed_.notify_all();
}

std::int64_t Gate::turns_per_minute() const {
  const std::lock_guard lock(mutex_);
  return turns_per_minute_;
}

Status Gate::queue(std::int64_t id, Input input) {
  const std::lock_guard lock(mutex_);
  if (queue_.size() >= kQueuedMax)
    return fail(Errc::limit, std::to_string(kQueuedMax) + " commands wait for the next turn");
  queue_.push_back({id, std::move(input)});
  return {};
}

std::size_t Gate::queued() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

void Gate::quit() {
  const std::lock_guard lock(mutex_);
  quit_ = true;
  changed_.notify_all();
}

Gate::Took Gate::turn_us() const {
  const std::lock_guard lock(mutex_);
  return took_;
}

bool Gate::wait() {
  std::unique_lock lock(mutex_);
  if (left_us_ > 0) took_ = {now_us() - left_us_, thread_cpu_us() - left_cpu_};
  const auto show = [&] {
    if (shown_ == pace_) return;
    shown_ = pace_;
    const Pace pace = pace_;
    lock.unlock();
    if (options_.on_pace) options_.on_pace(pace);
    lock.lock();
  };
  bool rested = false;
  const auto rest = [&] {  // true: the lock was open, look again
    if (std::exchange(rested, true) || !options_.on_rest) return false;
    lock.unlock();
    options_.on_rest();
    lock.lock();
    return true;
  };
  if (steps_ == 0) pace_ = Pace::paused, steps_ = -1;
  while (!quit_) {
    if (pace_ != Pace::running) {
      if (rest()) continue;
      show();
      if (shown_ == pace_ && !quit_ && pace_ != Pace::running) changed_.wait(lock);
      continue;
    }
    show();
    const std::int64_t gap = turns_per_minute_ == 0 ? 0 : kMinuteUs / turns_per_minute_;
    const std::int64_t left = left_us_ == 0 ? 0 : left_us_ + gap - now_us();
    if (pace_ != Pace::running || quit_) continue;
    if (left <= 0) break;
    if (rest()) continue;
    changed_.wait_for(lock, std::chrono::microseconds(left));
  }
  if (steps_ > 0) --steps_;
  left_us_ = now_us(), left_cpu_ = thread_cpu_us();
  return quit_;
}

std::vector<Input> Gate::take(std::int64_t turn) {
  std::vector<Input> out;
  if (listed_ != nullptr) out = listed_->take(turn);
  std::vector<std::int64_t> ids(out.size(), 0);
  {
    const std::lock_guard lock(mutex_);
    for (Queued& queued : queue_) {
      out.push_back(std::move(queued.input));
      ids.push_back(queued.id);
    }
    queue_.clear();
  }
  // The world takes kill switches first (drama/patron.cpp), the others as they stand.
  std::vector<std::int64_t> recorded;
  for (const bool kill : {true, false})
    for (std::size_t i = 0; i < out.size(); ++i)
      if ((out[i].body.str_or("act", "") == "kill") == kill) recorded.push_back(ids[i]);
  if (options_.on_take && !ids.empty()) options_.on_take(turn, std::move(recorded));
  return out;
}

}  // namespace wood::serve
