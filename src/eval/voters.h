// What was seen of the seats of the desk over some runs, in the form in which a vote step takes it
// as data (docs/formats/pipeline.md, `weights = "calibrated"`): how often each was right, of which
// mind that was measured, how far the errors of two go together.
#pragma once

#include <map>
#include <span>
#include <string>

#include "eval/figures.h"

namespace wood::eval {

struct Voter {
  std::int64_t ballots = 0, right = 0;
  std::string mind;  // "": a rule, or several minds

  // Between 1 and 999,999: nobody is known to be always right.
  [[nodiscard]] std::int64_t accuracy_ppm() const;
};
struct Voters {
  std::map<std::string, Voter> by_seat;  // those that cast a ballot on a proposal with a truth
  // Pearson's φ of two seats' errors, cut to 0..1,000,000; absent where one never or always erred.
  std::map<std::pair<std::string, std::string>, std::int64_t> rho_ppm;
};
[[nodiscard]] Voters voters(std::span<const Figures> runs);
// [step.calibration] and its pairs, to be put behind a vote step of a pipeline.
[[nodiscard]] std::string toml(const Voters& voters);

}  // namespace wood::eval
