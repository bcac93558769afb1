// What steers a live run: the gate before every turn, and the queue of commands that the next turn
// takes. The world's thread waits here and nowhere else; whoever steers never waits.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

#include "core/result.h"
#include "drama/inbox.h"

namespace wood::serve {

enum class Pace { ready, running, paused };
const char* name(Pace pace);

struct GateOptions {
  Pace first = Pace::ready;           // ready, or running at once
  std::int64_t turns_per_minute = 0;  // 0: as fast as it goes
  // On the world's thread, before it waits for anything: what was played can be made durable.
  std::function<void()> on_rest;
  // On the world's thread, when it has come to rest at the gate or goes on.
  std::function<void(Pace)> on_pace;
  // On the world's thread, when a turn takes its commands: their ids, in the order in which they
  // will be recorded; 0 for one that came from elsewhere.
  std::function<void(std::int64_t turn, std::vector<std::int64_t> ids)> on_take;
};

inline constexpr std::size_t kQueuedMax = 64;

class Gate : public Inbox {
 public:
  // `listed`: commands known beforehand; may be null, else must outlive this.
  Gate(GateOptions options, Inbox* listed) : options_(std::move(options)), listed_(listed) {
    pace_ = options_.first;
    turns_per_minute_ = options_.turns_per_minute;
  }

  // ---- from any thread
  // Errc::exists: it cannot be done now, and why.
  Status start();
  Status pause();
  Status resume();
  Status step(std::int64_t turns);
  void speed(std::int64_t turns_per_minute);
  [[nodiscard]] std::int64_t turns_per_minute() const;
  // Queues a command under the caller's id. Errc::limit: kQueuedMax wait already.
  Status queue(std::int64_t id, Input input);
  [[nodiscard]] std::size_t queued() const;
  // Ends the run behind the turn that is being played, unsealed.
  void quit();

  // ---- on the world's thread
  // Waits until the next turn may be played; true: the run is to end here.
  bool wait();
  std::vector<Input> take(std::int64_t turn) override;
  // Microseconds that the last turn took from gate to gate, the waiting left out; 0 before it.
  struct Took {
    std::int64_t wall = 0, cpu = 0;  // cpu: of this thread alone
  };
  [[nodiscard]] Took turn_us() const;

 private:
  struct Queued {
    std::int64_t id;
    Input input;
  };

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  GateOptions options_;
  Inbox* listed_;
  Pace pace_;
  std::int64_t turns_per_minute_ = 0;
  std::int64_t steps_ = -1;  // turns to be played before a pause; -1: no such wish
  bool quit_ = false;
  std::vector<Queued> queue_;
  std::optional<Pace> shown_;                // what on_pace was told last
  std::int64_t left_us_ = 0, left_cpu_ = 0;  // when the last turn was let through
  Took took_;
};

}  // namespace wood::serve
