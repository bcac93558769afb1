// The latent value of a good: geometric Brownian motion with jumps that reverts to an anchor.
//
//   x' = x + drift + reversion·(ln anchor − x) − volatility²/2 + volatility·Z + J
//
// with x the logarithm of the value, Z standard normal, and J a jump with probability `jump`,
// normal with standard deviation `jump_size` (Merton 1976 with the mean reversion of Schwartz 1997,
// in steps of one turn). One step is a pure function of (value, seed, turn, good); the result is an
// integer, so a run can be taken up at any turn from what the record says.
//
// exp, ln and the inverse normal are our own, of + − × ÷ and sqrt, since the C library's differ
// between machines. Doubles never leave this folder's process files.
#pragma once

#include <cstdint>
#include <vector>

#include "core/json.h"

namespace wood {

// All in parts per million, a turn. As a scenario writes them: process = { drift_ppm = 0, … }.
struct ProcessParams {
  std::int64_t drift_ppm = 0;           // of the logarithm
  std::int64_t volatility_ppm = 30'000; // standard deviation of the logarithm
  std::int64_t jump_ppm = 0;            // probability of a jump
  std::int64_t jump_size_ppm = 0;       // standard deviation of a jump
  std::int64_t reversion_ppm = 0;       // part of the way back to the anchor

  friend bool operator==(const ProcessParams&, const ProcessParams&) = default;
};
// Every member optional; null gives the defaults.
Result<ProcessParams> process_from(const Json& process);
Json json(const ProcessParams& params);

// Where a step stands. Values in thousandths of a tick.
struct LatentStep {
  std::int64_t value = 0;
  std::int64_t anchor = 0;       // what it reverts to: the opening value, moved by shocks
  std::uint64_t seed = 0;
  std::int64_t turn = 0;         // the turn stepped into
  std::int64_t good = 0;
};
// The next value, between 1,000 (one tick) and 262,143,000.
std::int64_t step(const ProcessParams& params, const LatentStep& from);
// `count` values, from.value first: steps into from.turn, from.turn + 1, …
std::vector<std::int64_t> path(const ProcessParams& params, LatentStep from, int count);
// value moved by ppm/10^6 in its logarithm, kept in range: for shocks on value or anchor.
std::int64_t shifted(std::int64_t value, std::int64_t ppm);

// The functions themselves, for process_fit.cpp and their test.
double exp_of(double x);             // |x| <= 700; within 4 parts in 10^16
double log_of(double x);             // x > 0, normal; as good
double normal_inverse(double p);     // 0 < p < 1; Wichura, algorithm AS 241 (1988)

}  // namespace wood
