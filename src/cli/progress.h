// How far a run is, on stderr: one line that is written over on a terminal, a line a turn
// otherwise. Called after a turn's commit, so that nothing is shown that could still be lost.
#pragma once

#include <cstdint>

#include "cli/verb.h"
#include "drama/run.h"
#include "minds/live.h"

namespace wood::cli {

enum class Loudness { quiet, lines };

class Progress {
 public:
  Progress(const Console& console, Loudness loudness);
  // `silence`: of all turns so far; what a turn adds to it is said with the turn.
  void turn(const TurnReport& report, const Silence& silence = {});
  // Clears the line that is written over.
  void finish();

 private:
  const Console& console_;
  Loudness loudness_;
  std::int64_t started_us_ = 0;
  std::int64_t first_turn_ =
      0;  // the one before the first that was reported: a resumption begins later
  std::int64_t trades_ = 0, tokens_ = 0, refused_ = 0, silent_ = 0;
  bool line_ = false;
};

}  // namespace wood::cli
