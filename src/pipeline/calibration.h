// What was measured of voters before a vote: how often each was right, and how far the errors of
// two go together. From it the weight of a ballot and of a camp, in integers.
//
// A voter that is right with probability p, and if wrong then as likely with any of the k − 1 other
// options, speaks for its option with the weight ln((k − 1)·p / (1 − p)); for two options and
// independent voters the side with the greater sum is the best decision there is (Nitzan and
// Paroush, International Economic Review 23, 1982; Shapley and Grofman, Public Choice 43, 1984).
// Who is right no more often than chance weighs nothing, not less than nothing.
//
// Voters whose errors correlate say in part the same thing. In a camp, which are those that cast
// for one option, a ballot's weight is divided by 1 plus the sum of its correlations with the
// others': Kish's design effect, by which n voters of weight w and correlation rho are worth
// n·w / (1 + (n − 1)·rho) together, and n copies of one voter are worth one. A camp weighs what its
// heaviest part does, so that a weak voter who joins a strong one it copies takes nothing away:
// a ballot more never makes a camp lighter.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace wood {

struct Calibration {
  std::map<std::string, std::int64_t> accuracy_ppm;  // by voter, 1 to 999'999
  std::map<std::string, std::string> minds;          // by voter: of whom it was measured
  // Of errors, 0 to 1'000'000; first < second. A pair that is not there has none.
  std::map<std::pair<std::string, std::string>, std::int64_t> rho_ppm;

  [[nodiscard]] std::int64_t rho(const std::string& a, const std::string& b) const;
  // Whether it speaks of this voter with this mind; a mind of "" is a rule.
  [[nodiscard]] bool knows(const std::string& voter, const std::string& mind) const;
};

// The weight in thousandths of a nat, rounded down; at least 0. 2 to 64 options.
std::int64_t log_odds_milli(std::int64_t accuracy_ppm, std::int64_t options);

struct CampMember {
  std::string by;
  std::int64_t weight = 0;
};
// All parts of a camp are looked at, so it is small.
inline constexpr std::size_t kCampMax = 16;
// In the unit of the weights.
std::int64_t camp_weight(const std::vector<CampMember>& camp, const Calibration& calibration);

}  // namespace wood
