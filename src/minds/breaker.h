// A circuit breaker: an endpoint that is down is not asked again and again. After five asks in a
// row that ended in a broken connection or a 5xx it counts as dead, and asks fail at once while it
// is left alone; then one ask is let through, and by its end the rest is decided. It decides who is
// sent, never what an answer is worth.
//
// Five: an ask ends so after all its tries (four, by default, over about two seconds), so it is
// twenty tries without one sound response; and it is the creatures of a round, so a dead endpoint
// costs a run one round's retries in each cooling time, not every round's.
#pragma once

#include <cstdint>
#include <string>

namespace wood {

struct Cooling {
  std::int64_t asks = 5;           // in a row that make an endpoint dead
  std::int64_t first_ms = 30'000;  // left alone so long; doubled each time a probe fails
  std::int64_t longest_ms = 480'000;
};

class Breaker {
 public:
  enum class Verdict {
    send,
    probe,   // send this one, and hold the others until it has ended
    hold,    // a probe is under way
    refuse,  // it counts as dead
  };
  // How an ask ended, all its tries together.
  enum class End {
    alive,    // somebody answered, if only to refuse
    dead,     // a broken connection, a 5xx
    unknown,  // no answer in time: slow or gone
  };

  explicit Breaker(Cooling cooling = {}) : cooling_(cooling) {}

  // For an ask that has not been sent yet.
  Verdict admit(std::int64_t now_us);
  // For every ask that was sent, by the verdict under which it was.
  void ended(Verdict sent, End end, const std::string& why, std::int64_t now_us);

  // Whether asks are refused now: those under way are not tried again either.
  [[nodiscard]] bool refuses(std::int64_t now_us) const;
  // Why asks are refused and until when; one line.
  [[nodiscard]] std::string words(std::int64_t now_us) const;

 private:
  void open(std::int64_t now_us);

  Cooling cooling_;
  std::int64_t dead_in_a_row_ = 0;
  std::int64_t cooling_ms_ = 0;  // 0: closed
  std::int64_t until_us_ = 0;
  bool probing_ = false;
  std::string why_;  // the last that ended dead
};

}  // namespace wood
